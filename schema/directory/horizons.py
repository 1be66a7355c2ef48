"""Since when the event store holds everything: what retention has dropped lies before.

A day whose events are not all there any more must never be computed again: its figures would be
replaced by less. So retention moves the horizon first, and drops afterwards.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.tables import horizons

RAW = "raw"
"""Raw events, and the visits made from them."""


_SINCE = sa.select(horizons.c.since_ms).where(horizons.c.name == sa.bindparam("name"))


def since_ms(conn: Connection, name: str) -> int:
    """0 when nothing was ever dropped."""
    return conn.scalar(_SINCE, {"name": name}) or 0


def move(conn: Connection, name: str, since_ms: int) -> None:
    """Forward only: what was dropped does not come back."""
    new = insert(conn, horizons).values(name=name, since_ms=since_ms)
    conn.execute(
        new.on_conflict_do_update(
            index_elements=[horizons.c.name],
            set_={"since_ms": new.excluded.since_ms},
            where=horizons.c.since_ms < new.excluded.since_ms,
        )
    )
