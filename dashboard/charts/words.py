"""Moments and shares in the reader's language, short under a drawing and whole in its table."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from babel.dates import format_date, format_skeleton, get_day_names

from dashboard.charts.values import Interval, Point
from dashboard.languages import Language

DayPattern = Literal["long", "full"]


def tick(point: Point, interval: Interval, language: Language) -> str:
    if isinstance(point.at, datetime):
        return language.hour(point.at.hour)
    return _tick(point.at, "MMMy" if interval == "month" else "MMMd", language)


def whole(point: Point, interval: Interval, language: Language) -> str:
    if isinstance(point.at, datetime):
        return f"{_day(point.at.date(), 'long', language)}, {language.hour(point.at.hour)}"
    if interval == "month":
        return language.month(point.at)
    if interval == "week":
        day = _day(point.at, "long", language)
        return language.gettext("Week of %(day)s") % {"day": day}
    return _day(point.at, "full", language)


# Babel reads its patterns anew for each day, and pages of one evening name the same ones. By day
# and not by instant: the same instant in two zones is one key and two hours.


@lru_cache(maxsize=2_000)
def _tick(day: date, skeleton: str, language: Language) -> str:
    return language.dated(format_skeleton(skeleton, day, locale=language.locale))


@lru_cache(maxsize=10_000)
def _day(day: date, pattern: DayPattern, language: Language) -> str:
    return language.dated(format_date(day, pattern, locale=language.locale))


def last_day(at: date, interval: Interval) -> date:
    """The last day that a point stands for."""
    if interval == "week":
        return at + timedelta(days=6)
    if interval == "month":
        return (at.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return at


@lru_cache(maxsize=8)
def weekdays(language: Language, *, short: bool) -> tuple[str, ...]:
    names = get_day_names(
        "abbreviated" if short else "wide", context="stand-alone", locale=language.locale
    )
    return tuple(names[day] for day in range(7))


def percent(part: int, whole: int, language: Language) -> str:
    """A rate whose whole is nothing is not zero: there is none."""
    return language.share(part / whole) if whole else "–"
