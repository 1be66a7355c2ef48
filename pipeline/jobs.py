"""What the service does by itself, from time to time: a list that a reader can scan.

Each job finds out by itself what there is to do, so one that did not run for a week, or runs twice,
does what one run at the right time would have done.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline import watch
from pipeline.late import ZoneBook
from pipeline.ledger import Line, read_ledger
from pipeline.retention import delete_over
from pipeline.roll import roll_closed_days
from pipeline.spools import oldest_pending_ms
from schema.clock import Clock
from schema.directory import runs, salts
from schema.directory.database import Directory
from schema.errors import BaliseError
from schema.settings import Settings
from schema.store import EventStore

FIRST_ZONE_AHEAD = timedelta(hours=14)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Context:
    store: EventStore
    directory: Directory
    clock: Clock
    settings: Settings


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


def retain(context: Context) -> int:
    over = delete_over(context.store, context.directory, context.settings, context.clock)
    return sum(each.rows for each in over)


def check_ledger(context: Context) -> int:
    lines = _ledger(context)
    _alarm(watch.imbalances(lines))
    return len(lines)


def watch_collection(context: Context) -> int:
    """The day of UTC is near enough to that of any card: silence is told from two days on."""
    now_ms = context.clock()
    # First what can be told while the store is away.
    _alarm(watch.lag(oldest_pending_ms(context.settings.spool), now_ms))
    lines = _ledger(context)
    _alarm(watch.silences(lines, datetime.fromtimestamp(now_ms / 1000, UTC).date()))
    return len(lines)


def _ledger(context: Context) -> list[Line]:
    zones = ZoneBook(context.directory).zones()
    return read_ledger(context.store, context.settings.spool, zones)


def _alarm(troubles: list[str]) -> None:
    """Ends the run with an error: it is logged, and kept in the run's record."""
    if troubles:
        more = len(troubles) - watch.NAMED_MAX
        rest = [f"And {more} more."] if more > 0 else []
        raise BaliseError(" ".join([*troubles[: watch.NAMED_MAX], *rest]))


JOBS: tuple[Job, ...] = (
    Job("roll", "Computes the local days that have ended or got late events.", 300, roll),
    Job("salts", "Draws the salts of coming dates, deletes those of ended ones.", 600, renew_salts),
    Job("retention", "Deletes what has been kept for as long as it may be.", 21_600, retain),
    Job("ledger", "Checks that all that was received is accounted for.", 600, check_ledger),
    Job("watch", "Tells when collection stops for a card, or falls behind.", 120, watch_collection),
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
