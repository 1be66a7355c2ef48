"""Invitations: an address that is to be let in, and a link that makes it a user.

Until then there is no user, so inviting tells nobody whether the address has an access elsewhere.
"""

from dataclasses import asdict, dataclass, fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory import accounts, checks, users
from schema.directory.tables import invitations
from schema.directory.users import Role, User
from schema.errors import BadInput
from schema.ids import new_token, token_hash

LIFETIME_MS = 7 * 86_400_000


@dataclass(frozen=True, slots=True)
class Invitation:
    account: str
    email: str
    role: Role
    locale: str
    expires_ms: int


_COLUMNS = [invitations.c[field.name] for field in fields(Invitation)]


def invite(
    conn: Connection, *, account: str, email: str, role: Role, locale: str, now_ms: int
) -> tuple[Invitation, str]:
    """Gives the token too, which is nowhere else. One that was sent before is good no more."""
    accounts.require(conn, account)
    known = users.by_email(conn, email)
    if known and known.account == account:
        raise BadInput(f"{known.email} is a user of this account already.")
    made = Invitation(
        account, checks.email(email), role, checks.locale(locale), now_ms + LIFETIME_MS
    )
    token = new_token()
    conn.execute(sa.delete(invitations).where(invitations.c.expires_ms <= now_ms))
    withdraw(conn, account, made.email)
    conn.execute(sa.insert(invitations).values(token_hash=token_hash(token), **asdict(made)))
    return made, token


def find(conn: Connection, token: str, now_ms: int) -> Invitation | None:
    row = conn.execute(sa.select(*_COLUMNS).where(_good(token, now_ms))).one_or_none()
    return Invitation(**row._mapping) if row else None


def of_account(conn: Connection, account: str, now_ms: int) -> list[Invitation]:
    open = (invitations.c.account == account) & (invitations.c.expires_ms > now_ms)
    rows = conn.execute(sa.select(*_COLUMNS).where(open).order_by(invitations.c.email))
    return [Invitation(**row._mapping) for row in rows]


def accept(conn: Connection, token: str, password: str, now_ms: int) -> User | None:
    """From now on a user. Of two who come at once one is let in; refuses a password that is too
    short and an address that has a user already."""
    found = find(conn, token, now_ms)
    spent = conn.execute(sa.delete(invitations).where(_good(token, now_ms))).rowcount
    if found is None or not spent:
        return None
    return users.create(
        conn,
        account=found.account,
        email=found.email,
        role=found.role,
        password=password,
        locale=found.locale,
        now_ms=now_ms,
    )


def withdraw(conn: Connection, account: str, email: str) -> None:
    """The link in it leads nowhere from now on."""
    gone = (invitations.c.account == account) & (invitations.c.email == email)
    conn.execute(sa.delete(invitations).where(gone))


def _good(token: str, now_ms: int) -> sa.ColumnElement[bool]:
    return (invitations.c.token_hash == token_hash(token)) & (invitations.c.expires_ms > now_ms)
