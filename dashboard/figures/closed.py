"""Asks answered by rollups, all of them in one statement.

Without filters the sums of whole days are there already. With filters they are counted from the
table of visits. What that cannot tell, hours under a filter, is left to raw events.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.asks import KEYS_MAX, Ask, Sums
from dashboard.figures.days import Closed
from dashboard.figures.values import Counts, added
from dashboard.filters import Filters
from dashboard.period import Period, joined
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

FEW_CARDS = 8
FOR_FEW = " SETTINGS max_threads = 1, optimize_move_to_prewhere = 0"
"""Of few rows, a thread more and columns read in two steps cost more than they save: a sixth."""

_KEYS: Mapping[str, str] = {
    "card": "card",
    "day": "toString(day)",
    "span": "if(day >= {first%(n)s:Date}, 'period', 'before')",
    "start": "toString(toUnixTimestamp(start))",
    "weekday": "toString(toDayOfWeek(day))",
    "hour": "toString(hour)",
    "by": "by",
    "key": "key",
    "second": "toString(second)",
    "seconds": "toJSONString(engaged)",
    "hours": "toJSONString(starts)",
}


def _measures(sums: Mapping[str, str]) -> str:
    """In the order of `Counts`; what a table cannot tell is 0. All are UInt64, as sums are."""
    return ", ".join(sums.get(name, "toUInt64(0)") for name in Counts._fields)


def _summed(*held: str, **more: str) -> str:
    return _measures({name: f"sum({name})" for name in held} | more)


_OF_DAYS = ("views", "visitors", "visits", "bounces", "clicks", "contact_clicks", "contact_visits")

_LAST_VIEW = {"last_view_ms": "toUInt64(toUnixTimestamp64Milli(max(last_view_at)))"}
_BESIDE = _summed("automatic", **_LAST_VIEW)
_EACH_DAY = {name: name for name in (*_OF_DAYS, "click_visits", "automatic")} | {
    "last_view_ms": "toUInt64(toUnixTimestamp64Milli(last_view_at))"
}

# Where the rows of a table are, and what they add to `Counts`.
_ROLLED: Mapping[str, tuple[str, str]] = {
    "each_day": ("card_days", _measures(_EACH_DAY)),
    "days": (
        "card_days",
        _summed(*_OF_DAYS, "automatic", **_LAST_VIEW),
    ),
    "dims": ("card_dims", _summed(*_OF_DAYS)),
    "hours": ("card_hours", _summed("views", "visitors", "visits", "clicks", "contact_clicks")),
    "starts": (
        "card_days ARRAY JOIN mapKeys(starts) AS hour, mapValues(starts) AS visits_of_hour",
        _measures({"visits": "sum(visits_of_hour)"}),
    ),
    "steps": ("card_days", _summed("visits", "click_visits", "contact_visits")),
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
    statements, params = _statements(closed, filters, asks)
    if statements:
        few = sum(len(group.cards) for group in closed) <= FEW_CARDS
        sql = " UNION ALL ".join(statements) + (FOR_FEW if few else "")
        for number, *row in store.rows(sql, params):
            keys = tuple(row[: len(asks[number].keys)])
            held, counts = sums[number].get(keys), Counts(*row[KEYS_MAX:])
            sums[number][keys] = added((held, counts)) if held else counts
    return list(sums)


def _statements(
    closed: Sequence[Closed], filters: Filters, asks: Sequence[Ask]
) -> tuple[list[str], dict[str, Any]]:
    params: dict[str, Any] = {f"is_{name}": value for name, value in filters}
    if not closed:
        return [], params
    through = max(group.through for group in closed)
    cards = rolled(closed, params)
    statements = []
    for number, ask in enumerate(asks):
        spans = [
            Period(days.first, min(days.last, through))
            for days in joined(ask.periods)
            if days.first <= through
        ]
        if spans:
            where = f"{cards} AND {_asked(number, ask, spans, params)}"
            statements += [
                _statement(number, ask, source, where) for source in _sources(ask, filters)
            ]
    return statements, params


def left_to_events(ask: Ask, filters: Filters) -> bool:
    """A visit knows its own hour, and not those of its views and clicks; rollups know no minute."""
    return ask.table == "now" or (ask.table == "hours" and bool(filters))


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
    if not filters:
        table, measures = _ROLLED[ask.table]
        chosen = ("by IN {bys%(n)s:Array(String)}",) if ask.table == "dims" else ()
        return [_Source(table, measures, _KEYS, chosen)]
    fitting = tuple(fits(name) for name, _ in filters)
    if ask.table != "dims":
        keys = {**_KEYS, "second": "toString(engaged_s)"}
        of_visits = _Source("visits", _measures(_VISITS), keys, fitting)
        # Automatic traffic and the last view are of the whole card, whatever visits are asked for.
        beside = _Source("card_days", _BESIDE, _KEYS)
        return [of_visits, beside] if ask.table == "days" else [of_visits]
    return list(_broken_down(ask.bys, fitting))


def _broken_down(bys: Sequence[str], fitting: tuple[str, ...]) -> Iterator[_Source]:
    """Each visit under each of its keys, in one reading of the visits."""
    dims = ", ".join(f"('{by}', {_key(by)})" for by in bys if by != "target")
    if dims:
        keys = {**_KEYS, "by": "dim.1", "key": "dim.2"}
        yield _Source(f"visits ARRAY JOIN [{dims}] AS dim", _measures(_VISITS), keys, fitting)
    if "target" in bys:
        keys = {**_KEYS, "by": "'target'", "key": "toString(target)"}
        yield _Source(_BY_TARGET, _measures(_OF_TARGET), keys, fitting)


def _key(by: str) -> str:
    return _PLACES.get(by, f"toString({by})")


def fits(name: str) -> str:
    if name == "target":
        return "targets[{is_target:String}] > 0"
    return f"{_key(name)} = {{is_{name}:String}}"


def _statement(number: int, ask: Ask, source: _Source, where: str) -> str:
    keys = [source.keys[key] % {"n": number} for key in ask.keys]
    columns = ", ".join([*keys, *["''"] * (KEYS_MAX - len(keys))])
    conditions = " AND ".join([where, *(fit % {"n": number} for fit in source.fits)])
    grouped = "" if ask.table == "each_day" else " GROUP BY ALL"
    return (
        f"SELECT {number}, {columns}, {source.measures} FROM {source.table}"
        f" WHERE {conditions}{grouped}"
    )


def rolled(closed: Sequence[Closed], params: dict[str, Any]) -> str:
    """Every (card, day) that rollups answer for, of days up to the last of them all."""
    through = max(group.through for group in closed)
    parts = []
    for n, group in enumerate(closed):
        params |= {f"cards{n}": list(group.cards), f"through{n}": group.through}
        part = f"card IN {{cards{n}:Array(String)}}"
        if group.through < through:
            part += f" AND day <= {{through{n}:Date}}"
        if group.late:
            params[f"late{n}"] = list(group.late)
            part += f" AND (card, day) NOT IN {{late{n}:Array(Tuple(String, Date))}}"
        parts.append(part)
    return f"({' OR '.join(parts)})"


def _asked(n: int, ask: Ask, spans: Sequence[Period], params: dict[str, Any]) -> str:
    params |= {f"first{n}": ask.period.first, f"bys{n}": list(ask.bys)}
    parts = []
    for m, days in enumerate(spans):
        params |= {f"from{n}_{m}": days.first, f"to{n}_{m}": days.last}
        parts.append(f"day BETWEEN {{from{n}_{m}:Date}} AND {{to{n}_{m}:Date}}")
    return f"({' OR '.join(parts)})"
