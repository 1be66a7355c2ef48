"""Accounts: who bought which tier."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema import ids
from schema.directory import checks, revisions
from schema.directory.dialects import insert
from schema.directory.tables import accounts
from schema.errors import BadInput
from schema.tiers import Tier


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    tier: Tier
    locale: str
    created_ms: int


def create(
    conn: Connection, *, name: str, tier: str, locale: str, now_ms: int, id: str | None = None
) -> Account:
    account = Account(
        id=ids.new_account_id() if id is None else id,
        name=checks.name(name, "account name"),
        tier=checks.tier(tier),
        locale=checks.locale(locale),
        created_ms=now_ms,
    )
    if not ids.is_id(account.id):
        raise BadInput(f"The account id {id!r} cannot be used; give letters and digits.")
    new = insert(conn, accounts).values(asdict(account)).on_conflict_do_nothing()
    if conn.scalar(new.returning(accounts.c.id)) is None:
        raise BadInput(f"The account {id!r} exists already; give another id, or none.")
    return account


_ONE = sa.select(accounts).where(accounts.c.id == sa.bindparam("id"))


def get(conn: Connection, id: str) -> Account | None:
    if not ids.is_id(id):
        return None
    row = conn.execute(_ONE, {"id": id}).one_or_none()
    return Account(**row._mapping) if row else None


def unknown(id: str) -> BadInput:
    return BadInput(f"There is no account {id!r}; `balise account list` shows them.")


def require(conn: Connection, id: str) -> None:
    """For a writer: once this has passed, the account stays until the transaction ends."""
    lock = sa.select(accounts.c.id).with_for_update(read=True, key_share=True)
    if not ids.is_id(id) or conn.scalar(lock.where(accounts.c.id == id)) is None:
        raise unknown(id)


def every(conn: Connection) -> list[Account]:
    rows = conn.execute(sa.select(accounts).order_by(accounts.c.name, accounts.c.id))
    return [Account(**row._mapping) for row in rows]


def change(
    conn: Connection,
    id: str,
    *,
    name: str | None = None,
    tier: str | None = None,
    locale: str | None = None,
) -> Account:
    """What is not given stays. Another tier shows more or less of the same figures at once."""
    require(conn, id)
    values = {
        "name": None if name is None else checks.name(name, "account name"),
        "tier": None if tier is None else checks.tier(tier),
        "locale": None if locale is None else checks.locale(locale),
    }
    given = {field: value for field, value in values.items() if value is not None}
    if given:
        conn.execute(sa.update(accounts).where(accounts.c.id == id).values(given))
    return Account(**conn.execute(sa.select(accounts).where(accounts.c.id == id)).one()._mapping)


def delete(conn: Connection, id: str) -> None:
    """Its cards, users, sessions and keys go with it."""
    require(conn, id)
    conn.execute(sa.delete(accounts).where(accounts.c.id == id))
    revisions.bump(conn, revisions.CARDS)
