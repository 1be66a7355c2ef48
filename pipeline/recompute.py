"""A backfill that ops asked for on a page, carried on by whoever runs the jobs.

It is compared, waits for a yes, and is computed as `balise backfill` does it: step by step, each
noted, so that after a stop or a kill the next run goes on. A lease keeps two from doing the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from pipeline.backfill import Request, Stopped, backfill, compare
from schema.clock import Clock
from schema.directory import backfills, leases
from schema.directory.backfills import Asked
from schema.directory.database import Directory
from schema.errors import BaliseError, Unavailable
from schema.store import EventStore

LEASE = "recompute"
BUSY = "Another process computes the days that ops asked for."
FAILED = "failed"
"""What is kept of an error that is nobody's sentence; its trace is in the log."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Place:
    store: EventStore
    directory: Directory
    clock: Clock


def carry_on(place: Place, stopping: Callable[[], bool]) -> int:
    """From wherever it stands. Gives how many days of cards were compared or computed."""
    if _next(place.directory) is None:
        return 0
    with leases.held_through(place.directory, LEASE, place.clock, busy=BUSY):
        asked = _next(place.directory)
        return _ended(place, asked, stopping) if asked else 0


def _next(directory: Directory) -> Asked | None:
    with directory.read() as conn:
        asked = backfills.open_one(conn)
    return None if asked is None or asked.waits_for_a_yes else asked


def _ended(place: Place, asked: Asked, stopping: Callable[[], bool]) -> int:
    """What a person must mend ends it; a store that is away is waited for."""
    try:
        return _step(place, asked, stopping)
    except Stopped:
        return 0
    except Unavailable:
        raise
    except BaliseError as error:
        _finish(place, asked, str(error))
    except Exception:
        _log.exception("recompute_failed", backfill=asked.id)
        _finish(place, asked, FAILED)
    return 0


def _step(place: Place, asked: Asked, stopping: Callable[[], bool]) -> int:
    request = Request(asked.first, asked.last, asked.cards)

    def told(done: int, whole: int) -> None:
        if stopping():
            raise Stopped
        with place.directory.write() as conn:
            backfills.come_to(conn, asked.id, done / whole if whole else 1.0)

    at = (place.store, place.directory, place.clock)
    if asked.difference is None:
        found = compare(*at, request, told)
        with place.directory.write() as conn:
            backfills.compared(conn, asked.id, found)
        return found.days
    totals = backfill(*at, request, told)
    _finish(place, asked)
    return totals.days


def _finish(place: Place, asked: Asked, error: str = "") -> None:
    with place.directory.write() as conn:
        backfills.finish(conn, asked.id, error=error, now_ms=place.clock())
