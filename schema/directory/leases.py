"""Leases: of several processes, one at a time does a job; if it dies, another may soon."""

from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.tables import leases


def take(conn: Connection, name: str, holder: str, now_ms: int, ttl_ms: int) -> bool:
    """Takes or prolongs the lease until `ttl_ms` from now; False while someone else holds it."""
    new = insert(conn, leases).values(name=name, holder=holder, expires_ms=now_ms + ttl_ms)
    taken = new.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"holder": new.excluded.holder, "expires_ms": new.excluded.expires_ms},
        where=(leases.c.holder == holder) | (leases.c.expires_ms <= now_ms),
    )
    return conn.scalar(taken.returning(leases.c.name)) is not None
