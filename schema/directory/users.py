"""Users: people who may look. An owner or a viewer belongs to an account; ops sees them all."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from schema import ids
from schema.directory import accounts, checks, passwords
from schema.directory.dialects import insert
from schema.directory.tables import sessions, tickets, users
from schema.errors import BadInput

Role = Literal["owner", "viewer", "ops"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class User:
    id: str
    account: str | None
    email: str
    role: Role
    locale: str
    created_ms: int


COLUMNS = [users.c[field.name] for field in fields(User)]
"""What a User is made of: hash and secret stay in the table."""


def create(
    conn: Connection,
    *,
    account: str | None,
    email: str,
    role: str,
    password: str,
    locale: str,
    now_ms: int,
) -> User:
    user = User(
        id=ids.new_user_id(),
        account=account,
        email=checks.email(email),
        role=_role(role, account),
        locale=checks.locale(locale),
        created_ms=now_ms,
    )
    secret = passwords.hashed(checks.password(password))
    if account is not None:
        accounts.require(conn, account)
    new = insert(conn, users).values(asdict(user) | {"password_hash": secret})
    if conn.scalar(new.on_conflict_do_nothing().returning(users.c.id)) is None:
        raise BadInput(f"{user.email} has a user already; `balise user list` shows them.")
    return user


def verify(conn: Connection, email: str, password: str) -> User | None:
    """The user with this address and password. Takes as long when there is no such user."""
    known = sa.select(users).where(users.c.email == (checks.normal_email(email) or ""))
    row = conn.execute(known).one_or_none()
    right = passwords.matches(row.password_hash if row else passwords.NOBODY, password)
    return user_of(row) if row and right else None


def get(conn: Connection, id: str) -> User | None:
    return _one(conn, users.c.id == id) if ids.is_id(id) else None


def by_email(conn: Connection, email: str) -> User | None:
    folded = checks.normal_email(email)
    return _one(conn, users.c.email == folded) if folded else None


def every(conn: Connection) -> list[User]:
    rows = conn.execute(sa.select(*COLUMNS).order_by(users.c.email))
    return [user_of(row) for row in rows]


def of_account(conn: Connection, account: str) -> list[User]:
    rows = conn.execute(
        sa.select(*COLUMNS).where(users.c.account == account).order_by(users.c.email)
    )
    return [user_of(row) for row in rows]


def set_password(conn: Connection, id: str, password: str) -> None:
    """Sessions and links end with the old password: whoever knew it is out."""
    secret = passwords.hashed(checks.password(password))
    conn.execute(sa.update(users).where(users.c.id == id).values(password_hash=secret))
    for entry in (sessions, tickets):
        conn.execute(sa.delete(entry).where(entry.c.user == id))


def speak(conn: Connection, id: str, locale: str) -> None:
    """Pages and mails are in this language from now on."""
    spoken = checks.locale(locale)
    conn.execute(sa.update(users).where(users.c.id == id).values(locale=spoken))


def delete(conn: Connection, id: str) -> None:
    """Their sessions end with them."""
    if get(conn, id) is None:
        raise unknown(id)
    conn.execute(sa.delete(users).where(users.c.id == id))


def unknown(text: str) -> BadInput:
    return BadInput(f"There is no user {text!r}; `balise user list` shows them.")


def user_of(row: Row[*tuple[Any, ...]]) -> User:
    return User(**{column.name: row._mapping[column] for column in COLUMNS})


def _role(role: str, account: str | None) -> Role:
    known = checks.one_of(role, ROLES, "role")
    if known == "ops" and account is not None:
        raise BadInput(f"The role 'ops' sees every account; leave out the account {account!r}.")
    if known != "ops" and account is None:
        raise BadInput(f"The role {role!r} belongs to an account; name the account.")
    return known


def _one(conn: Connection, condition: sa.ColumnElement[bool]) -> User | None:
    row = conn.execute(sa.select(*COLUMNS).where(condition)).one_or_none()
    return user_of(row) if row else None
