"""Figures over time, by hour, day, ISO week or month of the card; every empty point is present."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from dashboard.figures.asks import Ask, Key, Sums, by_day
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import NOTHING, Counts, Interval, Point, added
from dashboard.period import Period, Problem
from schema.days import day_span_ms
from schema.languages import N_

INTERVALS: tuple[Interval, ...] = ("hour", "day", "week", "month")
HOURLY_DAYS_MAX = 31

_HOUR_MS = 3_600_000


def interval_problem(interval: str, period: Period) -> Problem | None:
    if interval not in INTERVALS:
        return Problem(
            "interval", N_("“%(value)s” is not hour, day, week or month."), {"value": interval}
        )
    if interval == "hour" and period.length > HOURLY_DAYS_MAX:
        return Problem(
            "interval",
            N_("Hours can be shown for at most %(days)s days. Choose fewer days."),
            {"days": str(HOURLY_DAYS_MAX)},
        )
    return None


def series(question: Question, interval: Interval) -> Answer[tuple[Point, ...]]:
    return _over(question, question.period, interval)


def series_before(question: Question, interval: Interval) -> Answer[tuple[Point, ...]]:
    """The same of the period it is compared with, from what is read for both."""
    return _over(question, question.before, interval)


def _over(question: Question, period: Period, interval: Interval) -> Answer[tuple[Point, ...]]:
    if interval == "hour":
        return _hours(question, period)
    begin = _BEGINNINGS[interval]

    def build(sums: Sequence[Sums]) -> tuple[Point, ...]:
        [by_day] = sums
        days = groupby(period.days, key=begin)
        return tuple(
            _point(at, added(by_day.get((day.isoformat(),), NOTHING) for day in within))
            for at, within in days
        )

    return Answer((by_day(question.period, question.before),), build)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


_BEGINNINGS: Mapping[Interval, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": _monday,
    "month": lambda day: day.replace(day=1),
}


def _hours(question: Question, period: Period) -> Answer[tuple[Point, ...]]:
    """Instants where all cards share a zone, so that a day of 25 hours has 25; else the clock's."""
    zone = question.zone
    keys: tuple[Key, ...] = ("start",) if zone else ("day", "hour")

    def build(sums: Sequence[Sums]) -> tuple[Point, ...]:
        [by_hour] = sums
        found = {_hour(key): counts for key, counts in by_hour.items()}
        return tuple(
            _point(hour.astimezone(ZoneInfo(zone)) if zone else hour, found.get(hour, NOTHING))
            for hour in _each_hour(period, zone)
        )

    return Answer((Ask("hours", keys, question.period, question.before),), build)


# Two hours of one name, when clocks go back, are equal as local times: hours are told apart in UTC.
def _hour(key: tuple[str, ...]) -> datetime:
    if len(key) == 1:
        return datetime.fromtimestamp(int(key[0]), UTC)
    return datetime.fromisoformat(key[0]) + timedelta(hours=int(key[1]))


def _each_hour(period: Period, zone: str | None) -> Iterator[datetime]:
    if zone is None:
        start = datetime.combine(period.first, datetime.min.time())
        yield from (start + timedelta(hours=n) for n in range(24 * period.length))
        return
    for day in period.days:
        for at_ms in range(*day_span_ms(day, zone), _HOUR_MS):
            yield datetime.fromtimestamp(at_ms / 1000, UTC)


def _point(at: date | datetime, counts: Counts) -> Point:
    return Point(
        at, counts.views, counts.visitors, counts.visits, counts.clicks, counts.contact_clicks
    )
