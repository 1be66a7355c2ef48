"""Local days of a card: every figure belongs to a day in the card's declared time zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from schema.errors import BadInput

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})


def check_zone(name: str) -> str:
    if name not in zone_names():
        near = get_close_matches(name, zone_names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "use an IANA name such as 'Europe/Paris'."
        raise BadInput(f"The time zone {name!r} is unknown; {hint}")
    return name


def local_day(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date()


def day_start_ms(day: date, zone: str) -> int:
    """The first instant of a local day. Where midnight does not exist, the first one that does."""
    start = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    return int(start.timestamp() * 1000)


def day_span_ms(day: date, zone: str) -> tuple[int, int]:
    """A local day as [start, end) in UTC milliseconds: 23, 24 or 25 hours long."""
    return day_start_ms(day, zone), day_start_ms(day + timedelta(days=1), zone)


Offset = tuple[int, int]
"""Since when (UTC milliseconds) a zone's clock is ahead of UTC by how many milliseconds."""


@lru_cache(maxsize=1024)
def offsets(zone: str, start_ms: int, end_ms: int) -> tuple[Offset, ...]:
    """What the clock of a zone is ahead of UTC at the start, and each change before the end."""
    clock = ZoneInfo(zone)
    found = [(start_ms, _offset_ms(start_ms, clock))]
    for here_ms in range(start_ms, end_ms, DAY_MS):
        there_ms = min(here_ms + DAY_MS, end_ms) - 1
        ahead_ms = _offset_ms(there_ms, clock)
        if ahead_ms != found[-1][1]:
            found.append((_change_ms(here_ms, there_ms, clock), ahead_ms))
    return tuple(found)


def hours_of_day(day: date, zone: str) -> tuple[tuple[int, int], ...]:
    """Each hour of a local day: the instant (UTC milliseconds) at which it begins, and its number
    on the clock. An hour ends early when the clock is changed within it, and another begins."""
    start_ms, end_ms = day_span_ms(day, zone)
    pieces = offsets(zone, start_ms, end_ms)
    ends_ms = [since_ms for since_ms, _ in pieces[1:]] + [end_ms]
    return tuple(
        (at_ms, (at_ms + ahead_ms) // HOUR_MS % 24)
        for (since_ms, ahead_ms), until_ms in zip(pieces, ends_ms, strict=True)
        for at_ms in _hours(since_ms, until_ms, ahead_ms)
    )


def _hours(since_ms: int, until_ms: int, ahead_ms: int) -> Iterator[int]:
    yield since_ms
    next_ms = since_ms - (since_ms + ahead_ms) % HOUR_MS + HOUR_MS
    yield from range(next_ms, until_ms, HOUR_MS)


def _change_ms(before_ms: int, after_ms: int, clock: ZoneInfo) -> int:
    """The first instant with the offset of the later one, by halving."""
    ahead_ms = _offset_ms(after_ms, clock)
    while after_ms - before_ms > 1:
        middle_ms = (before_ms + after_ms) // 2
        if _offset_ms(middle_ms, clock) == ahead_ms:
            after_ms = middle_ms
        else:
            before_ms = middle_ms
    return after_ms


def _offset_ms(at_ms: int, clock: ZoneInfo) -> int:
    ahead = datetime.fromtimestamp(at_ms / 1000, clock).utcoffset() or timedelta()
    return int(ahead.total_seconds() * 1000)
