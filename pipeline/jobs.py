"""What the service does by itself, from time to time: a list that a reader can scan.

Each job finds out by itself what there is to do, so one that did not run for a week, or runs twice,
does what one run at the right time would have done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.roll import roll_closed_days
from schema.clock import Clock
from schema.directory import runs, salts
from schema.directory.database import Directory
from schema.store import EventStore

FIRST_ZONE_AHEAD = timedelta(hours=14)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Context:
    store: EventStore
    directory: Directory
    clock: Clock


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    description: str
    every_s: int
    run: Callable[[Context], int]
    """Gives how many things it touched."""


def roll(context: Context) -> int:
    return roll_closed_days(context.store, context.directory, context.clock())


def renew_salts(context: Context) -> int:
    """Draws them a day ahead: no collector waits at midnight. Gives how many were deleted."""
    now_ms = context.clock()
    first = salts.last_date(now_ms)
    last = (datetime.fromtimestamp(now_ms / 1000, UTC) + FIRST_ZONE_AHEAD + DAY).date()
    with context.directory.write() as conn:
        for n in range((last - first).days + 1):
            salts.of_date(conn, first + n * DAY, now_ms)
    return salts.purge(context.directory, now_ms)


JOBS: tuple[Job, ...] = (
    Job("roll", "Computes the local days that have ended or got late events.", 300, roll),
    Job("salts", "Draws the salts of coming dates, deletes those of ended ones.", 600, renew_salts),
)


def run_job(job: Job, context: Context) -> int:
    """Runs it now and records the run, however it ends."""
    with context.directory.write() as conn:
        run_id = runs.start(conn, job.name, context.clock())
    try:
        rows = job.run(context)
    except Exception as error:
        _finish(context, run_id, None, f"{type(error).__name__}: {error}")
        raise
    _finish(context, run_id, rows, None)
    return rows


def _finish(context: Context, run_id: int, rows: int | None, error: str | None) -> None:
    with context.directory.write() as conn:
        runs.finish(conn, run_id, now_ms=context.clock(), rows=rows, error=error)
