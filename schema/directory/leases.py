"""Leases: of several processes, one at a time does a job; if it dies, another may soon.

The times are those of the processes' own clocks, which may differ by seconds and be set while they
run. A lease is therefore much longer than clocks are apart. Whoever works for long prolongs it
before each step: who was stopped in the middle, and has lost it meanwhile, is told so. A step may
take long as well, so a thread prolongs it while the process lives; of a killed one it soon ends.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.clock import Clock
from schema.directory.database import Directory
from schema.directory.dialects import insert
from schema.directory.tables import leases
from schema.errors import BaliseError, Unavailable

LEASE_MS_MAX = 3_600_000
"""No lease is taken for longer. One that ends later was written by a clock that ran ahead, and
nobody waits until the others have got there."""


WORK_MS = 120_000
"""Of work that takes long. Once it was killed, it holds up others for no longer than this."""
BEATS = 6
"""How often in that time the thread prolongs it."""

LOOK_S = 0.05
"""How often who waits for a lease asks for it."""


def take(conn: Connection, name: str, holder: str, now_ms: int, ttl_ms: int) -> bool:
    """Takes or prolongs the lease until `ttl_ms` from now; False while someone else holds it."""
    new = insert(conn, leases).values(name=name, holder=holder, expires_ms=now_ms + ttl_ms)
    taken = new.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"holder": new.excluded.holder, "expires_ms": new.excluded.expires_ms},
        where=(leases.c.holder == holder)
        | (leases.c.expires_ms <= now_ms)
        | (leases.c.expires_ms > now_ms + LEASE_MS_MAX),
    )
    return conn.scalar(taken.returning(leases.c.name)) is not None


def prolong(conn: Connection, name: str, holder: str, now_ms: int, ttl_ms: int) -> bool:
    """False when somebody else has had it since, even if it is free again."""
    mine = sa.update(leases).where(leases.c.name == name, leases.c.holder == holder)
    prolonged = mine.values(expires_ms=now_ms + ttl_ms)
    return conn.scalar(prolonged.returning(leases.c.name)) is not None


def give_back(conn: Connection, name: str, holder: str) -> None:
    """Nothing happens when it has been lost meanwhile."""
    conn.execute(sa.delete(leases).where(leases.c.name == name, leases.c.holder == holder))


@contextmanager
def held(
    directory: Directory,
    name: str,
    clock: Clock,
    *,
    ttl_ms: int,
    busy: str,
    holder: str = "",
    patience_s: float = 0.0,
) -> Iterator[Callable[[], None]]:
    """For work that nobody else may do meanwhile. Who does is waited for as long as patience
    lasts; then it refuses with `busy`.

    Gives what prolongs the lease, to be called before each step: it refuses when the lease is lost.
    A holder that is always the same one has its lease again at once after it was killed.
    """
    holder = holder or secrets.token_hex(8)

    def taken() -> bool:
        with directory.write() as conn:
            return take(conn, name, holder, clock(), ttl_ms)

    def keep() -> None:
        with directory.write() as conn:
            kept = prolong(conn, name, holder, clock(), ttl_ms)
        if not kept:
            raise Unavailable(busy)

    give_up_s = time.monotonic() + patience_s
    while not taken():
        if time.monotonic() >= give_up_s:
            raise Unavailable(busy)
        time.sleep(LOOK_S)
    try:
        yield keep
    finally:
        with directory.write() as conn:
            give_back(conn, name, holder)


@contextmanager
def held_through(
    directory: Directory,
    name: str,
    clock: Clock,
    *,
    busy: str,
    ttl_ms: int = WORK_MS,
    patience_s: float = 0.0,
) -> Iterator[Callable[[], None]]:
    """As `held`, for work of which one step may take longer than a lease should."""
    with (
        held(directory, name, clock, ttl_ms=ttl_ms, busy=busy, patience_s=patience_s) as keep,
        _beating(keep, ttl_ms / BEATS / 1000),
    ):
        yield keep


@contextmanager
def _beating(beat: Callable[[], None], every_s: float) -> Iterator[None]:
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(every_s):
            # A lease that is lost is told to whoever works, before the next step.
            with suppress(BaliseError):
                beat()

    heart = threading.Thread(target=run, name="lease-heart", daemon=True)
    heart.start()
    try:
        yield
    finally:
        ended.set()
        heart.join()
