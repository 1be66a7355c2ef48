"""Local days of a card: every figure belongs to a day in the card's declared time zone."""

from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from schema.errors import BadInput


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
