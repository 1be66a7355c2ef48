"""Asks answered by rollups, all of them in one statement.

Without filters the sums of whole days are there already. With filters they are counted from the
table of visits. What that cannot tell, hours under a filter, is left to raw events.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.asks import KEYS_MAX, Ask, Sums
from dashboard.figures.days import Closed
from dashboard.figures.values import NOTHING, Counts, added
from dashboard.filters import Filters
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

_KEYS: Mapping[str, str] = {
    "card": "toString(card)",
    "day": "toString(day)",
    "span": "if(day >= {first%(n)s:Date}, 'period', 'before')",
    "start": "toString(toUnixTimestamp(start))",
    "weekday": "toString(toDayOfWeek(day))",
    "hour": "toString(hour)",
    "by": "toString(by)",
    "key": "toString(key)",
    "second": "toString(second)",
}


def _measures(sums: Mapping[str, str]) -> str:
    """In the order of `Counts`; what a table cannot tell is 0. All are UInt64, as sums are."""
    return ", ".join(sums.get(name, "toUInt64(0)") for name in Counts._fields)


def _summed(*held: str, **more: str) -> str:
    return _measures({name: f"sum({name})" for name in held} | more)


_OF_DAYS = ("views", "visitors", "visits", "bounces", "clicks", "contact_clicks", "contact_visits")

_LAST_VIEW = {"last_view_ms": "toUInt64(toUnixTimestamp64Milli(max(last_view_at)))"}
_BESIDE = _summed("automatic", **_LAST_VIEW)

# Where the rows of a table are, and what they add to `Counts`.
_ROLLED: Mapping[str, tuple[str, str]] = {
    "days": (
        "card_days",
        _summed(*_OF_DAYS, "automatic", **_LAST_VIEW),
    ),
    "dims": ("card_dims", _summed(*_OF_DAYS)),
    "hours": ("card_hours", _summed("views", "visitors", "visits", "clicks", "contact_clicks")),
    "engaged": (
        "card_days ARRAY JOIN mapKeys(engaged) AS second, mapValues(engaged) AS visits_of_second",
        _measures({"visits": "sum(visits_of_second)"}),
    ),
}

# The same from visits, one by one. Under a target a visit stands with the clicks on it, and a view
# is of the whole card.
_VISITS: Mapping[str, str] = {
    "views": "sum(views)",
    "visitors": "uniqExact(card, day, visitor)",
    "visits": "count()",
    "bounces": "sum(bounce)",
    "clicks": "sum(clicks)",
    "click_visits": "countIf(clicks > 0)",
    "contact_clicks": "sum(contact_clicks)",
    "contact_visits": "countIf(contact_clicks > 0)",
}
_CONTACT = f"target IN ({', '.join(map(repr, CONTACT_NAMES))})"
_OF_TARGET = {
    **_VISITS,
    "views": "toUInt64(0)",
    "bounces": "toUInt64(0)",
    "clicks": "sum(n)",
    "contact_clicks": f"sumIf(n, {_CONTACT})",
    "contact_visits": f"countIf({_CONTACT})",
}
_BY_TARGET = "visits ARRAY JOIN mapKeys(targets) AS target, mapValues(targets) AS n"
_PLACES: Mapping[str, str] = {
    "region": "concat(country, '|', region)",
    "city": "concat(country, '|', region, '|', city)",
}


def answer(
    store: EventStore, closed: Sequence[Closed], filters: Filters, asks: Sequence[Ask]
) -> list[Sums]:
    """One answer per ask, in their order."""
    sums: list[dict[tuple[str, ...], Counts]] = [{} for _ in asks]
    params: dict[str, Any] = {f"is_{name}": value for name, value in filters}
    days = _days(closed, params)
    statements = [
        _statement(number, ask, source, f"{days} AND {_asked(number, ask, params)}")
        for number, ask in enumerate(asks)
        for source in _sources(ask, filters)
    ]
    if closed and statements:
        for number, *row in store.rows(" UNION ALL ".join(statements), params):
            keys = tuple(row[: len(asks[number].keys)])
            before = sums[number].get(keys, NOTHING)
            sums[number][keys] = added((before, Counts(*row[KEYS_MAX:])))
    return list(sums)


def left_to_events(ask: Ask, filters: Filters) -> bool:
    """A visit knows its own hour, and not those of its views and clicks."""
    return ask.table == "hours" and bool(filters)


@dataclass(frozen=True, slots=True)
class _Source:
    """What one statement reads, which of its rows, what keys are there, and what is added up."""

    table: str
    measures: str
    keys: Mapping[str, str]
    fits: tuple[str, ...] = ()


def _sources(ask: Ask, filters: Filters) -> list[_Source]:
    if left_to_events(ask, filters):
        return []
    if ask.table != "steps" and not filters:
        table, measures = _ROLLED[ask.table]
        chosen = ("by IN {bys%(n)s:Array(String)}",) if ask.table == "dims" else ()
        return [_Source(table, measures, _KEYS, chosen)]
    fits = tuple(_fits(name) for name, _ in filters)
    if ask.table != "dims":
        keys = {**_KEYS, "second": "toString(engaged_s)"}
        of_visits = _Source("visits", _measures(_VISITS), keys, fits)
        # Automatic traffic and the last view are of the whole card, whatever visits are asked for.
        beside = _Source("card_days", _BESIDE, _KEYS)
        return [of_visits, beside] if ask.table == "days" else [of_visits]
    return list(_broken_down(ask.bys, fits))


def _broken_down(bys: Sequence[str], fits: tuple[str, ...]) -> Iterator[_Source]:
    """Each visit under each of its keys, in one reading of the visits."""
    dims = ", ".join(f"('{by}', {_key(by)})" for by in bys if by != "target")
    if dims:
        keys = {**_KEYS, "by": "dim.1", "key": "dim.2"}
        yield _Source(f"visits ARRAY JOIN [{dims}] AS dim", _measures(_VISITS), keys, fits)
    if "target" in bys:
        keys = {**_KEYS, "by": "'target'", "key": "toString(target)"}
        yield _Source(_BY_TARGET, _measures(_OF_TARGET), keys, fits)


def _key(by: str) -> str:
    return _PLACES.get(by, f"toString({by})")


def _fits(name: str) -> str:
    if name == "target":
        return "targets[{is_target:String}] > 0"
    return f"{_key(name)} = {{is_{name}:String}}"


def _statement(number: int, ask: Ask, source: _Source, where: str) -> str:
    keys = [source.keys[key] % {"n": number} for key in ask.keys]
    columns = ", ".join([*keys, *["''"] * (KEYS_MAX - len(keys))])
    conditions = " AND ".join([where, *(fit % {"n": number} for fit in source.fits)])
    return (
        f"SELECT {number}, {columns}, {source.measures} FROM {source.table}"
        f" WHERE {conditions} GROUP BY ALL"
    )


def _days(closed: Sequence[Closed], params: dict[str, Any]) -> str:
    """Every (card, day) that rollups answer for."""
    parts = []
    for n, group in enumerate(closed):
        params |= {f"cards{n}": list(group.cards), f"through{n}": group.through}
        part = f"card IN {{cards{n}:Array(String)}} AND day <= {{through{n}:Date}}"
        if group.late:
            params[f"late{n}"] = list(group.late)
            part += f" AND (card, day) NOT IN {{late{n}:Array(Tuple(String, Date))}}"
        parts.append(f"({part})")
    return f"({' OR '.join(parts)})"


def _asked(n: int, ask: Ask, params: dict[str, Any]) -> str:
    before = ask.before or ask.period
    params |= {f"first{n}": ask.period.first, f"last{n}": ask.period.last, f"bys{n}": list(ask.bys)}
    params |= {f"before_first{n}": before.first, f"before_last{n}": before.last}
    return (
        f"(day BETWEEN {{first{n}:Date}} AND {{last{n}:Date}}"
        f" OR day BETWEEN {{before_first{n}:Date}} AND {{before_last{n}:Date}})"
    )
