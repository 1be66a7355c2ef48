"""Sessions: who is logged in. Whoever reads the table cannot log in: it holds hashes of tokens.

A session lasts 30 days from the last use. Being used is written down once a day at most, so that
looking at a page stays a read.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from schema.directory.database import Directory
from schema.directory.tables import sessions, users
from schema.directory.users import COLUMNS, User, user_of
from schema.ids import new_token, token_hash

_DAY_MS = 86_400_000
LIFETIME_MS = 30 * _DAY_MS
RENEWED_EVERY_MS = _DAY_MS


def start(conn: Connection, user_id: str, now_ms: int) -> str:
    """Gives the token, which is nowhere else. Sessions that have run out are swept on the way."""
    conn.execute(sa.delete(sessions).where(sessions.c.expires_ms <= now_ms))
    token = new_token()
    conn.execute(
        sa.insert(sessions).values(
            token_hash=token_hash(token), user=user_id, expires_ms=now_ms + LIFETIME_MS
        )
    )
    return token


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


def _row(conn: Connection, token: str, now_ms: int) -> Row[*tuple[Any, ...]] | None:
    alive = (sessions.c.token_hash == token_hash(token)) & (sessions.c.expires_ms > now_ms)
    wanted = sa.select(*COLUMNS, sessions.c.expires_ms).select_from(sessions.join(users))
    return conn.execute(wanted.where(alive)).one_or_none()
