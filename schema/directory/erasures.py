"""Cards that their owner had deleted, until all that was stored of them is gone as well."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.tables import erasures


@dataclass(frozen=True, slots=True)
class Erasure:
    card: str
    actor: str
    """Who asked for it, as the audit trail names them."""
    asked_ms: int


def ask(conn: Connection, erasure: Erasure) -> None:
    conn.execute(insert(conn, erasures).values(asdict(erasure)).on_conflict_do_nothing())


def every(conn: Connection) -> list[Erasure]:
    rows = conn.execute(sa.select(erasures).order_by(erasures.c.asked_ms, erasures.c.card))
    return [Erasure(**row._mapping) for row in rows]


def done(conn: Connection, card: str) -> None:
    conn.execute(sa.delete(erasures).where(erasures.c.card == card))
