"""Moments and shares in the reader's language, short under a drawing and whole in its table."""

from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton, get_day_names

from dashboard.charts.values import Interval, Point
from dashboard.languages import Language


def tick(point: Point, interval: Interval, language: Language) -> str:
    if isinstance(point.at, datetime):
        return language.hour(point.at.hour)
    skeleton = "MMMy" if interval == "month" else "MMMd"
    return format_skeleton(skeleton, point.at, locale=language.locale)


def whole(point: Point, interval: Interval, language: Language) -> str:
    locale = language.locale
    if isinstance(point.at, datetime):
        day = format_date(point.at, "long", locale=locale)
        return f"{day}, {language.hour(point.at.hour)}"
    if interval == "month":
        return format_skeleton("MMMMy", point.at, locale=locale)
    if interval == "week":
        return language.gettext("Week of %(day)s") % {
            "day": format_date(point.at, "long", locale=locale)
        }
    return format_date(point.at, "full", locale=locale)


def last_day(at: date, interval: Interval) -> date:
    """The last day that a point stands for."""
    if interval == "week":
        return at + timedelta(days=6)
    if interval == "month":
        return (at.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return at


def weekdays(language: Language, *, short: bool) -> tuple[str, ...]:
    names = get_day_names(
        "abbreviated" if short else "wide", context="stand-alone", locale=language.locale
    )
    return tuple(names[day] for day in range(7))


def percent(part: int, whole: int, language: Language) -> str:
    """A rate whose whole is nothing is not zero: there is none."""
    return language.share(part / whole) if whole else "–"
