"""Salts of visitor ids: one per date, random, and gone when that date has ended everywhere.

From then on nobody can compute an id again. The last time zone is 12 hours behind UTC and the
first 14 ahead, so a date lasts 50 hours from its first instant to its last.
"""

import secrets
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory import import_salt
from schema.directory.database import Directory
from schema.directory.dialects import insert
from schema.directory.tables import salts

SALT_BYTES = 32
_LAST_ZONE_BEHIND_MS = 12 * 3_600_000


def of_date(conn: Connection, day: date, now_ms: int) -> bytes:
    """For a writer. Whoever asks first draws it; all others get the same."""
    new = insert(conn, salts).values(
        day=day, salt=secrets.token_bytes(SALT_BYTES), created_ms=now_ms
    )
    conn.execute(new.on_conflict_do_nothing())
    salt: bytes = conn.scalars(sa.select(salts.c.salt).where(salts.c.day == day)).one()
    return salt


def living(conn: Connection) -> list[bytes]:
    """Those of all dates for which ids can still be computed, the oldest date first."""
    return list(conn.scalars(sa.select(salts.c.salt).order_by(salts.c.day)))


def delete_ended(conn: Connection, now_ms: int) -> int:
    """How many were deleted."""
    return conn.execute(sa.delete(salts).where(salts.c.day < last_date(now_ms))).rowcount


def purge(directory: Directory, now_ms: int) -> int:
    """As `delete_ended`, that of imports too, and out of the directory's files as well."""
    with directory.write() as conn:
        gone = delete_ended(conn, now_ms) + import_salt.delete_ended(conn, now_ms)
    if gone:
        directory.empty_log()
    return gone


def last_date(now_ms: int) -> date:
    """The oldest date that is still today somewhere."""
    return datetime.fromtimestamp((now_ms - _LAST_ZONE_BEHIND_MS) / 1000, UTC).date()
