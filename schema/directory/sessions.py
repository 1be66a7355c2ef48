"""Sessions: who is logged in. Whoever reads the table cannot log in: it holds hashes of tokens.

A session lasts 30 days from the last use. Being used is written down once a day at most, so that
looking at a page stays a read.
"""

from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from schema.directory.database import Directory
from schema.directory.tables import sessions, users
from schema.directory.users import COLUMNS, User, user_of
from schema.ids import new_session_id, new_token, token_hash

_DAY_MS = 86_400_000
LIFETIME_MS = 30 * _DAY_MS
RENEWED_EVERY_MS = _DAY_MS


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in."""

    id: str
    browser: str
    created_ms: int
    expires_ms: int


def start(conn: Connection, user_id: str, now_ms: int, browser: str = "") -> str:
    """Gives the token, which is nowhere else. Sessions that have run out are swept on the way."""
    conn.execute(sa.delete(sessions).where(sessions.c.expires_ms <= now_ms))
    token = new_token()
    conn.execute(
        sa.insert(sessions).values(
            token_hash=token_hash(token),
            id=new_session_id(),
            user=user_id,
            browser=browser,
            created_ms=now_ms,
            expires_ms=now_ms + LIFETIME_MS,
        )
    )
    return token


def of_user(conn: Connection, user_id: str, now_ms: int) -> list[Session]:
    """The last to sign in comes first."""
    columns = [sessions.c[field.name] for field in fields(Session)]
    alive = (sessions.c.user == user_id) & (sessions.c.expires_ms > now_ms)
    newest = sessions.c.created_ms.desc()
    return [
        Session(**row._mapping)
        for row in conn.execute(sa.select(*columns).where(alive).order_by(newest, sessions.c.id))
    ]


def id_of(conn: Connection, token: str) -> str | None:
    return conn.scalar(sa.select(sessions.c.id).where(sessions.c.token_hash == token_hash(token)))


def revoke(conn: Connection, user_id: str, id: str) -> None:
    """Ends one of the user's sessions, wherever it is."""
    conn.execute(sa.delete(sessions).where(sessions.c.user == user_id, sessions.c.id == id))


def find(conn: Connection, token: str, now_ms: int) -> User | None:
    row = _row(conn, token, now_ms)
    return user_of(row) if row else None


def resume(directory: Directory, token: str, now_ms: int) -> User | None:
    """As `find`, and the 30 days begin again."""
    with directory.read() as conn:
        row = _row(conn, token, now_ms)
    if row is None:
        return None
    if row.expires_ms <= now_ms + LIFETIME_MS - RENEWED_EVERY_MS:
        with directory.write() as conn:
            conn.execute(
                sa.update(sessions)
                .where(sessions.c.token_hash == token_hash(token))
                .values(expires_ms=now_ms + LIFETIME_MS)
            )
    return user_of(row)


def end(conn: Connection, token: str) -> None:
    conn.execute(sa.delete(sessions).where(sessions.c.token_hash == token_hash(token)))


_ALIVE = (
    sa.select(*COLUMNS, sessions.c.expires_ms)
    .select_from(sessions.join(users))
    .where(
        sessions.c.token_hash == sa.bindparam("token_hash"),
        sessions.c.expires_ms > sa.bindparam("now_ms"),
    )
)


def _row(conn: Connection, token: str, now_ms: int) -> Row[*tuple[Any, ...]] | None:
    asked = {"token_hash": token_hash(token), "now_ms": now_ms}
    return conn.execute(_ALIVE, asked).one_or_none()
