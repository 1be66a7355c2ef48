"""Which days a reader asks about: what the address says, or why it cannot be answered.

Days are local days of the card, first and last included. Nothing here raises: a page shows the
sentence beside the field, with what was typed still in it, and falls back to the usual period.
"""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from schema.languages import N_

LENGTHS = (7, 30, 90)
USUAL = "30"
TODAY = "today"
CUSTOM = "custom"
DAYS_MAX = 800
"""A little more than the 25 months for which figures are kept."""
EARLIEST = date(2000, 1, 1)
LATEST = date(2099, 12, 31)
MONTHS_BACK = 13
"""Months offered by name; older ones are reached with two dates."""

_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=n) for n in range(self.length))

    @property
    def is_month(self) -> bool:
        return self == month(self.first)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a field of the address cannot be used, for the reader."""

    field: str
    sentence: str
    """A message of the catalogue, with the places of `values` in it."""
    values: Mapping[str, str]
    status: int = 400
    """Of an answer that has no field to say it beside."""


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    """`today`, `7`, `30`, `90`, a month such as `2026-10`, or `custom`."""
    period: Period
    before: Period
    """What it is compared with."""
    typed: Mapping[str, str]
    """`from` and `to` as they were typed, to show them again."""
    problems: tuple[Problem, ...] = ()


def month(day: date) -> Period:
    """The whole calendar month that a day is in."""
    last = calendar.monthrange(day.year, day.month)[1]
    return Period(day.replace(day=1), day.replace(day=last))


def before(period: Period) -> Period:
    """The same length just before; a calendar month is compared with the month before it."""
    last = period.first - timedelta(days=1)
    if period.is_month:
        return month(last)
    return Period(last - timedelta(days=period.length - 1), last)


def joined(periods: Iterable[Period]) -> list[Period]:
    """In order of time, those without a day between them as one."""
    found: list[Period] = []
    for each in sorted(periods, key=lambda period: period.first):
        if found and each.first <= found[-1].last + timedelta(days=1):
            found[-1] = Period(found[-1].first, max(found[-1].last, each.last))
        else:
            found.append(each)
    return found


def last_months(today: date, count: int = MONTHS_BACK) -> tuple[str, ...]:
    """Names of the months that are offered, this one first."""
    first = today.year * 12 + today.month - 1
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(first, first - count, -1))


def choose(params: Mapping[str, str], today: date) -> Choice:
    """By its name; by two dates without one; and else the usual number of days."""
    typed = {field: params.get(field, "").strip() for field in ("from", "to")}
    asked = params.get("period", "").strip()
    name = asked or (CUSTOM if any(typed.values()) else USUAL)
    if name == CUSTOM:
        return _custom(typed, today)
    named = _named(name, today)
    if named is None:
        return _usual(today, typed, (_unknown_name(name),))
    return Choice(name, *named, typed)


def _named(name: str, today: date) -> tuple[Period, Period] | None:
    if name == TODAY:
        day = Period(today, today)
        return day, before(day)
    if name in map(str, LENGTHS):
        days = Period(today - timedelta(days=int(name) - 1), today)
        # The 28 days of February are not meant as that month here.
        last = days.first - timedelta(days=1)
        return days, Period(last - timedelta(days=int(name) - 1), last)
    return _named_month(name, today)


def _named_month(name: str, today: date) -> tuple[Period, Period] | None:
    """A month that is not over ends today, and is compared with the same days of the last one."""
    first = day_of(f"{name}-01") if _MONTH.fullmatch(name) else None
    if first is None:
        return None
    whole = month(first)
    earlier = before(whole)
    if not whole.first <= today < whole.last:
        return whole, earlier
    same_day = min(earlier.last, earlier.first + (today - whole.first))
    return Period(whole.first, today), Period(earlier.first, same_day)


def _custom(typed: Mapping[str, str], today: date) -> Choice:
    days: dict[str, date] = {}
    problems: list[Problem] = []
    for field, text in typed.items():
        day = day_of(text)
        if day is None:
            problems.append(_bad_day(field, text))
        else:
            days[field] = day
    if problems:
        return _usual(today, typed, tuple(problems), CUSTOM)
    wrong = _wrong_order(days["from"], days["to"])
    if wrong:
        return _usual(today, typed, (wrong,), CUSTOM)
    period = Period(days["from"], days["to"])
    return Choice(CUSTOM, period, before(period), typed)


def day_of(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _bad_day(field: str, text: str) -> Problem:
    if not text:
        return Problem(field, N_("A date is missing here. Give it as 2026-11-20."), {})
    return Problem(field, N_("“%(value)s” is not a date. Give it as 2026-11-20."), {"value": text})


def _wrong_order(first: date, last: date) -> Problem | None:
    if last < first:
        return Problem("to", N_("The last day comes before the first. Exchange the two dates."), {})
    if (last - first).days >= DAYS_MAX:
        return Problem(
            "to",
            N_("That is more than %(days)s days. Choose dates that are closer to each other."),
            {"days": str(DAYS_MAX)},
        )
    return None


def _unknown_name(name: str) -> Problem:
    return Problem(
        "period", N_("“%(value)s” is not a period we know. Choose one of these."), {"value": name}
    )


def _usual(
    today: date, typed: Mapping[str, str], problems: tuple[Problem, ...], name: str = USUAL
) -> Choice:
    usual = _named(USUAL, today)
    assert usual is not None  # noqa: S101 (USUAL is one of LENGTHS)
    return Choice(name, *usual, typed, problems)
