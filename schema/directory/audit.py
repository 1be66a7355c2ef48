"""The audit trail: who did what to whom, in order. Nothing is ever changed in it, and
what is old is forgotten."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import audit


def record(conn: Connection, *, actor: str, action: str, subject: str, now_ms: int) -> None:
    new = sa.insert(audit)
    conn.execute(new.values(at_ms=now_ms, actor=actor, action=action, subject=subject))


def forget(conn: Connection, before_ms: int) -> int:
    """Gives how many."""
    return conn.execute(sa.delete(audit).where(audit.c.at_ms < before_ms)).rowcount
