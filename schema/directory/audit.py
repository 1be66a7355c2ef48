"""The audit trail: who did what to whom, in order. Nothing is ever changed in it, and
what is old is forgotten."""

from dataclasses import dataclass, fields

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.tables import audit


def record(conn: Connection, *, actor: str, action: str, subject: str, now_ms: int) -> None:
    new = sa.insert(audit)
    conn.execute(new.values(at_ms=now_ms, actor=actor, action=action, subject=subject))


def forget(conn: Connection, before_ms: int) -> int:
    """Gives how many."""
    return conn.execute(sa.delete(audit).where(audit.c.at_ms < before_ms)).rowcount


@dataclass(frozen=True, slots=True)
class Line:
    at_ms: int
    actor: str
    action: str
    subject: str


def latest(conn: Connection, most: int) -> list[Line]:
    """The last first."""
    columns = [audit.c[field.name] for field in fields(Line)]
    rows = conn.execute(sa.select(*columns).order_by(audit.c.id.desc()).limit(most))
    return [Line(**row._mapping) for row in rows]
