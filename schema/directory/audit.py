"""The audit trail: who did what to whom, in order. Nothing is ever changed in it."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import audit


def record(conn: Connection, *, actor: str, action: str, subject: str, now_ms: int) -> None:
    new = sa.insert(audit)
    conn.execute(new.values(at_ms=now_ms, actor=actor, action=action, subject=subject))
