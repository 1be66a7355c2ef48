"""How long everything is kept: pure, a table and the day at which what is held begins.

A limit counts in whole local days of the card, today among them: with 395 days, an event of the
395th day is held, and is over when the next day begins. 25 months end with the same date 25 months
ago, which is held too. A card that nobody knows any more lives in UTC.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from schema.days import day_start_ms, local_day
from schema.settings import Settings

QUARANTINE_DAYS = 30
"""Time enough to mend what was wrong. These rows hold what events are made from."""
RUN_DAYS = 30
AUDIT_DAYS = 365

UNKNOWN_ZONE = "UTC"

Edge = datetime | date
FirstDay = Callable[[date, Settings], date]


def raw_days(today: date, settings: Settings) -> date:
    return today - timedelta(days=settings.raw_days - 1)


def rollup_months(today: date, settings: Settings) -> date:
    return months_before(today, settings.rollup_months)


def quarantine_days(today: date, _settings: Settings) -> date:
    return today - timedelta(days=QUARANTINE_DAYS - 1)


@dataclass(frozen=True, slots=True)
class Limit:
    """A table of the event store: the first local day that it holds, given today's."""

    table: str
    column: str
    kind: str
    """Of the column: an instant, or a day."""
    first_day: FirstDay


_INSTANT, _DAY = "DateTime64(3, 'UTC')", "Date"

LIMITS: tuple[Limit, ...] = (
    Limit("events", "at", _INSTANT, raw_days),
    # Visits hold visitor ids, so they go with the events.
    Limit("visits", "day", _DAY, raw_days),
    Limit("card_hours", "day", _DAY, rollup_months),
    Limit("card_days", "day", _DAY, rollup_months),
    Limit("card_dims", "day", _DAY, rollup_months),
    Limit("ledger", "day", _DAY, rollup_months),
    Limit("quarantine", "received", _INSTANT, quarantine_days),
)
RAW_TABLES = tuple(each.table for each in LIMITS if each.first_day is raw_days)


def edges(limit: Limit, settings: Settings, now_ms: int, zones: Iterable[str]) -> dict[str, Edge]:
    """By zone, where what is held begins."""
    return {zone: _edge(limit, settings, now_ms, zone) for zone in {*zones, UNKNOWN_ZONE}}


def _edge(limit: Limit, settings: Settings, now_ms: int, zone: str) -> Edge:
    first = limit.first_day(local_day(now_ms, zone), settings)
    if limit.kind == _DAY:
        return first
    return datetime.fromtimestamp(day_start_ms(first, zone) / 1000, UTC)


def first_raw_day(settings: Settings, now_ms: int, zone: str) -> date:
    """The first local day of which events are kept. What was deleted while the setting was lower
    stays deleted: `schema/directory/horizons.py` knows."""
    return raw_days(local_day(now_ms, zone), settings)


def raw_since_ms(settings: Settings, now_ms: int, zones: Iterable[str]) -> int:
    """Since when all events of all these zones are kept."""
    first = {*zones, UNKNOWN_ZONE}
    return max(day_start_ms(first_raw_day(settings, now_ms, zone), zone) for zone in first)


def months_before(day: date, months: int) -> date:
    """The same date, or the last one of a shorter month."""
    month = day.year * 12 + day.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    next_first = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day.day - 1), next_first - timedelta(days=1))
