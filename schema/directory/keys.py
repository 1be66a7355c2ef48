"""Keys of the API: `bk_…`, shown once, kept as a hash. A key acts for ops or for one account."""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema import ids
from schema.directory import accounts, checks
from schema.directory.tables import keys
from schema.errors import BadInput

PREFIX = "bk_"

Scope = Literal["ops", "account"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    scope: Scope
    account: str | None
    label: str
    created_ms: int


_COLUMNS = [column for column in keys.c if column.name != "secret_hash"]


def create(
    conn: Connection, *, scope: str, account: str | None, label: str, now_ms: int
) -> tuple[Key, str]:
    """The key and its secret, which nobody can read again."""
    key = Key(
        id=ids.new_key_id(),
        scope=_scope(scope, account),
        account=account,
        label=checks.name(label, "label"),
        created_ms=now_ms,
    )
    if account is not None:
        accounts.require(conn, account)
    secret = PREFIX + ids.new_token()
    conn.execute(sa.insert(keys).values(asdict(key) | {"secret_hash": ids.token_hash(secret)}))
    return key, secret


def verify(conn: Connection, secret: str) -> Key | None:
    return _one(conn, keys.c.secret_hash == ids.token_hash(secret))


def get(conn: Connection, id: str) -> Key | None:
    return _one(conn, keys.c.id == id) if ids.is_id(id) else None


def every(conn: Connection) -> list[Key]:
    rows = conn.execute(sa.select(*_COLUMNS).order_by(keys.c.label, keys.c.id))
    return [Key(**row._mapping) for row in rows]


def delete(conn: Connection, id: str) -> None:
    if get(conn, id) is None:
        raise unknown(id)
    conn.execute(sa.delete(keys).where(keys.c.id == id))


def unknown(id: str) -> BadInput:
    return BadInput(f"There is no key {id!r}; `balise key list` shows them.")


def _scope(scope: str, account: str | None) -> Scope:
    known = checks.one_of(scope, SCOPES, "scope")
    if known == "ops" and account is not None:
        raise BadInput(f"A key for 'ops' acts for every account; leave out {account!r}.")
    if known == "account" and account is None:
        raise BadInput("A key for one account needs that account; name it, or make it for 'ops'.")
    return known


def _one(conn: Connection, condition: sa.ColumnElement[bool]) -> Key | None:
    row = conn.execute(sa.select(*_COLUMNS).where(condition)).one_or_none()
    return Key(**row._mapping) if row else None
