"""Secrets that all processes share: drawn once by whoever asks first, then the same for all.

They live in the directory and not in a setting: several machines agree without anybody copying a
value from one to the other, and a backup of the directory brings back what its rows need.
"""

from secrets import token_bytes

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.database import Directory
from schema.directory.dialects import insert
from schema.directory.tables import secrets

ITEM_KEY = "item key"
LINK_KEY = "link key"
"""Signs that a browser knows the password of a shared link."""
ALERT_KEY = "alert key"
"""Signs the link in a mail with which its reader gets no more of them."""
SECRET_BYTES = 32


def shared(directory: Directory, name: str, now_ms: int) -> bytes:
    with directory.read() as conn:
        known = _find(conn, name)
    if known is not None:
        return known
    with directory.write() as conn:
        new = insert(conn, secrets).values(
            name=name, value=token_bytes(SECRET_BYTES), created_ms=now_ms
        )
        conn.execute(new.on_conflict_do_nothing())
        drawn: bytes = conn.scalars(sa.select(secrets.c.value).where(secrets.c.name == name)).one()
        return drawn


def _find(conn: Connection, name: str) -> bytes | None:
    return conn.scalar(sa.select(secrets.c.value).where(secrets.c.name == name))
