"""The days of one card are few, and each is a row: all that is asked about them is read once, row
by row, and added up here. Groupings in the engine, one for each, cost three times as much. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import orjson

from dashboard.figures.asks import IN_BEFORE, IN_PERIOD, Ask, Sums, whole
from dashboard.figures.values import NOTHING, Counts, added

_KEYS = frozenset({"card", "day", "span", "weekday", "second", "hour"})


def is_of_days(ask: Ask) -> bool:
    return ask.table in ("days", "steps", "engaged", "starts") and _KEYS.issuperset(ask.keys)


def each_day(asks: Sequence[Ask]) -> Ask:
    """One ask for what all of these want."""
    return Ask("each_day", ("day", "seconds", "hours"), whole(asks))


def told(ask: Ask, card: str, each: Sums) -> Sums:
    """Its answer, from that of `each_day`."""
    found: dict[tuple[str, ...], list[Counts]] = defaultdict(list)
    for (day_text, seconds, hours), counts in each.items():
        day = date.fromisoformat(day_text)
        if not any(days.first <= day <= days.last for days in ask.periods):
            continue
        texts = {
            "card": card,
            "day": day_text,
            "span": IN_PERIOD if day >= ask.period.first else IN_BEFORE,
            "weekday": str(day.isoweekday()),
        }
        for more, part in _parts(ask, seconds, hours, counts):
            found[tuple((texts | more)[key] for key in ask.keys)].append(part)
    return {keys: added(several) for keys, several in found.items()}


def _parts(
    ask: Ask, seconds: str, hours: str, counts: Counts
) -> Iterator[tuple[dict[str, str], Counts]]:
    if ask.table == "engaged":
        yield from _of_map("second", seconds)
    elif ask.table == "starts":
        yield from _of_map("hour", hours)
    else:
        yield {}, counts


def _of_map(key: str, visits_by: str) -> Iterator[tuple[dict[str, str], Counts]]:
    for name, visits in orjson.loads(visits_by).items():
        yield {key: name}, NOTHING._replace(visits=visits)
