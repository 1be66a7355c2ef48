"""Reclassifications under way: all that each will do, written down before the first step."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import reclassifications


def begin(conn: Connection, token: str, plan: bytes, now_ms: int) -> None:
    conn.execute(
        sa.insert(reclassifications).values(token=token, plan=plan, begun_ms=now_ms),
    )


def under_way(conn: Connection) -> list[bytes]:
    """The plans, the oldest first."""
    asked = sa.select(reclassifications.c.plan).order_by(reclassifications.c.begun_ms)
    return list(conn.execute(asked).scalars())


def end(conn: Connection, token: str) -> None:
    conn.execute(sa.delete(reclassifications).where(reclassifications.c.token == token))
