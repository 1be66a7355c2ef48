"""What the service does by itself, from time to time: a list that a reader can scan.

Each job finds out by itself what there is to do, so one that did not run for a week, or runs twice,
does what one run at the right time would have done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline import recompute, watch
from pipeline.backup.daily import back_up_daily
from pipeline.backup.take import Sources
from pipeline.erase import Place as ErasePlace
from pipeline.erase import erase_card
from pipeline.late import ZoneBook
from pipeline.ledger import read_missing
from pipeline.reclassify import Place, end_left
from pipeline.retention import delete_over
from pipeline.roll import roll_closed_days
from pipeline.spools import oldest_pending_ms, spool_paths, unreadable_files
from schema.clock import Clock
from schema.directory import erasures, runs, salts
from schema.directory.database import Directory
from schema.errors import BaliseError, described
from schema.settings import Settings
from schema.store import EventStore
from schema.store.address import parse

FIRST_ZONE_AHEAD = timedelta(hours=14)
DAY = timedelta(days=1)
DAY_MS = 86_400_000
INTAKE_MS = 60_000
"""Every collector has learned by then that a card is gone."""

_HOURS = """\
SELECT card, intDiv(toUnixTimestamp(received), 3600) AS hour, count() AS events FROM events
WHERE received >= fromUnixTimestamp64Milli({since:Int64})
  AND at >= fromUnixTimestamp64Milli({since:Int64}) - INTERVAL 3 DAY
GROUP BY card, hour
"""


@dataclass(frozen=True, slots=True)
class Context:
    store: EventStore
    directory: Directory
    clock: Clock
    settings: Settings
    stopping: Callable[[], bool] = lambda: False
    """True when the process is to end: who works for long leaves the rest to the next run."""


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    description: str
    every_s: int
    run: Callable[[Context], int]
    """Gives how many things it touched."""


def roll(context: Context) -> int:
    return roll_closed_days(
        context.store, context.directory, context.clock(), stopping=context.stopping
    )


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


def back_up(context: Context) -> int:
    place = Sources(context.store, context.directory, context.settings, context.clock)
    return back_up_daily(place)


def end_reclassifications(context: Context) -> int:
    address = parse(context.settings.clickhouse)
    return end_left(Place(context.store, address, context.directory, context.clock, "service"))


def recompute_asked(context: Context) -> int:
    place = recompute.Place(context.store, context.directory, context.clock)
    return recompute.carry_on(place, context.stopping)


def erase_asked(context: Context) -> int:
    """Cards that an owner deleted: once no collector takes anything for them any more, and what was
    taken is stored. Gives how many."""
    settings, due_ms = context.settings, context.clock() - INTAKE_MS
    waiting_ms = oldest_pending_ms(settings.spool)
    with context.directory.read() as conn:
        asked = [each for each in erasures.every(conn) if each.asked_ms <= due_ms]
    ready = [each for each in asked if waiting_ms is None or waiting_ms > each.asked_ms + INTAKE_MS]
    address = parse(settings.clickhouse)
    for each in ready:
        place = ErasePlace(context.store, address, context.directory, context.clock, each.actor)
        erase_card(place, each.card)
    return len(ready)


def check_ledger(context: Context) -> int:
    zones = ZoneBook(context.directory).zones()
    missing = read_missing(context.store, context.settings.spool, zones)
    _alarm(watch.imbalances(missing))
    return len(missing)


def watch_spool(context: Context) -> int:
    """What can be told while the store is away."""
    folder = context.settings.spool
    aside = [path.name for path in unreadable_files(folder)]
    late = watch.lag(oldest_pending_ms(folder), context.clock())
    _alarm([*late, *watch.unreadable(aside)])
    return len(spool_paths(folder))


def watch_cards(context: Context) -> int:
    now_ms = context.clock()
    hours = context.store.frame(_HOURS, {"since": now_ms - watch.DAYS_LOOKED_AT * DAY_MS})
    there = ZoneBook(context.directory).zones()  # a deleted card may be silent
    _alarm(watch.silences(hours.cast(watch.HOURS).join(there, on="card", how="semi"), now_ms))
    return hours["card"].n_unique()


class Alarmed(BaliseError):
    """Ends the run: the alarms are logged, and kept in the run's record."""

    def __init__(self, alarms: Sequence[watch.Alarm]) -> None:
        super().__init__(" ".join(map(str, alarms)))
        self.alarms = alarms


def _alarm(found: Sequence[watch.Alarm]) -> None:
    if found:
        raise Alarmed(watch.first_of(found))


JOBS: tuple[Job, ...] = (
    Job("roll", "Computes the local days that have ended or got late events.", 300, roll),
    Job("salts", "Draws the salts of coming dates, deletes those of ended ones.", 600, renew_salts),
    Job("retention", "Deletes what has been kept for as long as it may be.", 21_600, retain),
    Job("backup", "Makes the backup of the day, deletes those that are old.", 600, back_up),
    Job("reclassify", "Ends changes of classes that were begun.", 60, end_reclassifications),
    Job("recompute", "Compares and computes again the days that ops ask for.", 30, recompute_asked),
    Job("erase", "Erases the cards that their owner deleted.", 60, erase_asked),
    Job("ledger", "Checks that all that was received is accounted for.", 600, check_ledger),
    Job("spool", "Tells when events wait too long, or a spool was unreadable.", 60, watch_spool),
    Job("cards", "Tells when nothing comes any more for a card that was busy.", 600, watch_cards),
)


def run_job(job: Job, context: Context) -> int:
    """Runs it now and records the run, however it ends."""
    with context.directory.write() as conn:
        run_id = runs.start(conn, job.name, context.clock())
    try:
        rows = job.run(context)
    except Exception as error:
        with context.directory.write() as conn:
            if isinstance(error, Alarmed):
                runs.note(conn, run_id, {runs.ALARMS: error.alarms})
            runs.finish(conn, run_id, now_ms=context.clock(), rows=None, error=described(error))
        raise
    with context.directory.write() as conn:
        runs.finish(conn, run_id, now_ms=context.clock(), rows=rows)
    return rows
