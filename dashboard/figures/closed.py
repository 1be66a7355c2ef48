"""Asks answered by rollups, with a statement for each table that has a part of the answer.

Without filters the sums of whole days are there already. With filters they are counted from the
table of visits. What that cannot tell, hours under a filter, is left to raw events.

A statement names the columns that its answer is made of and no other: of the few rows of a card the
engine takes longer to plan than to read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.figures.asks import Ask, Sums
from dashboard.figures.days import Closed
from dashboard.figures.values import Counts, summed
from dashboard.filters import PLACES, Filters
from dashboard.period import Period, joined
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

FEW_CARDS = 8
FOR_FEW = " SETTINGS max_threads = 1, optimize_move_to_prewhere = 0"
"""Of few rows, a thread more and columns read in two steps cost more than they save: a sixth."""

_KEYS: Mapping[str, str] = {
    "card": "card",
    "day": "toString(day)",
    "span": "if(day >= {first:Date}, 'period', 'before')",
    "start": "toString(toUnixTimestamp(start))",
    "weekday": "toString(toDayOfWeek(day))",
    "hour": "toString(hour)",
    "by": "by",
    "key": "key",
    "second": "toString(second)",
    "seconds": "toJSONString(engaged)",
    "hours": "toJSONString(starts)",
}


@dataclass(frozen=True, slots=True)
class _Source:
    """What one statement reads, what its rows add to `Counts`, by the names of those, what keys are
    there, and which rows fit."""

    table: str
    measures: Mapping[str, str]
    keys: Mapping[str, str]
    fits: tuple[str, ...] = ()


def _summed(*held: str, **more: str) -> Mapping[str, str]:
    return {name: f"sum({name})" for name in held} | more


_OF_DAYS = ("views", "visitors", "visits", "bounces", "clicks", "contact_clicks", "contact_visits")
_LAST_VIEW = {"last_view_ms": "toUnixTimestamp64Milli(max(last_view_at))"}
_EACH_DAY = {name: name for name in (*_OF_DAYS, "click_visits", "automatic")} | {
    "last_view_ms": "toUnixTimestamp64Milli(last_view_at)"
}
_ROLLED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "each_day": ("card_days", _EACH_DAY),
    "days": ("card_days", _summed(*_OF_DAYS, "automatic", **_LAST_VIEW)),
    "beside": ("card_days", _summed("automatic", **_LAST_VIEW)),
    "dims": ("card_dims", _summed(*_OF_DAYS)),
    "hours": ("card_hours", _summed("views", "visitors", "visits", "clicks", "contact_clicks")),
    "starts": (
        "card_days ARRAY JOIN mapKeys(starts) AS hour, mapValues(starts) AS visits_of_hour",
        {"visits": "sum(visits_of_hour)"},
    ),
    "steps": ("card_days", _summed("visits", "click_visits", "contact_visits")),
    "engaged": (
        "card_days ARRAY JOIN mapKeys(engaged) AS second, mapValues(engaged) AS visits_of_second",
        {"visits": "sum(visits_of_second)"},
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
_OF_TARGET: Mapping[str, str] = {
    **{name: _VISITS[name] for name in ("visitors", "visits")},
    "clicks": "sum(n)",
    "contact_clicks": f"sumIf(n, {_CONTACT})",
    "contact_visits": f"countIf({_CONTACT})",
}
_BY_TARGET = "visits ARRAY JOIN mapKeys(targets) AS target, mapValues(targets) AS n"
_APART = ", '|', "
_PLACES = {by: f"concat({_APART.join(inside)})" for by, inside in PLACES.items()}


@dataclass(frozen=True, slots=True)
class _Part:
    """Of an answer: what one statement gives."""

    statement: str
    params: Mapping[str, Any]
    measures: tuple[str, ...]


def answer(store: EventStore, closed: Sequence[Closed], filters: Filters, ask: Ask) -> Sums:
    parts = _parts(closed, filters, ask)
    return summed([_sums(ask, part, store.rows(part.statement, part.params)) for part in parts])


def answer_of(card: str, store: EventStore, closed: Sequence[Closed], ask: Ask) -> Sums:
    """Of one card and without filters, for which others may be asking at the same time."""
    parts = _parts(closed, (), ask, before="card, ")
    return summed(
        [_sums(ask, part, store.rows_of(card, part.statement, part.params)) for part in parts]
    )


def _parts(
    closed: Sequence[Closed], filters: Filters, ask: Ask, before: str = ""
) -> Iterator[_Part]:
    days = _days(closed, ask)
    few = sum(len(group.cards) for group in closed) <= FEW_CARDS
    for source in _sources(ask, filters) if days else ():
        params: dict[str, Any] = {f"is_{name}": value for name, value in filters}
        where = [rolled(closed, params), _within(days, params), *source.fits]
        statement = _statement(ask, source, where, params, before)
        yield _Part(statement + (FOR_FEW if few else ""), params, tuple(source.measures))


def _days(closed: Sequence[Closed], ask: Ask) -> list[Period]:
    """Those that rollups may know of."""
    through = max((group.through for group in closed), default=None)
    if through is None:
        return []
    return [
        Period(days.first, min(days.last, through))
        for days in joined(ask.periods)
        if days.first <= through
    ]


def _sums(ask: Ask, part: _Part, rows: Sequence[tuple[Any, ...]]) -> Sums:
    n = len(ask.keys)
    return {row[:n]: Counts(**dict(zip(part.measures, row[n:], strict=True))) for row in rows}


def left_to_events(ask: Ask, filters: Filters) -> bool:
    """A visit knows its own hour, and not those of its views and clicks; rollups know no minute."""
    return ask.table == "now" or (ask.table == "hours" and bool(filters))


def _sources(ask: Ask, filters: Filters) -> list[_Source]:
    if left_to_events(ask, filters):
        return []
    if not filters:
        chosen = ("by IN {bys:Array(String)}",) if ask.table == "dims" else ()
        return [_Source(*_ROLLED[ask.table], _KEYS, chosen)]
    fitting = tuple(fits(name) for name, _ in filters)
    if ask.table != "dims":
        of_visits = _Source("visits", _VISITS, {**_KEYS, "second": "toString(engaged_s)"}, fitting)
        beside = _Source(*_ROLLED["beside"], _KEYS)
        return [of_visits, beside] if ask.table == "days" else [of_visits]
    return list(_broken_down(ask.bys, fitting))


def _broken_down(bys: Sequence[str], fitting: tuple[str, ...]) -> Iterator[_Source]:
    """Each visit under each of its keys, in one reading of the visits."""
    dims = ", ".join(f"('{by}', {_key(by)})" for by in bys if by != "target")
    if dims:
        keys = {**_KEYS, "by": "dim.1", "key": "dim.2"}
        yield _Source(f"visits ARRAY JOIN [{dims}] AS dim", _VISITS, keys, fitting)
    if "target" in bys:
        keys = {**_KEYS, "by": "'target'", "key": "toString(target)"}
        yield _Source(_BY_TARGET, _OF_TARGET, keys, fitting)


def _key(by: str) -> str:
    return _PLACES.get(by, f"toString({by})")


def fits(name: str) -> str:
    if name == "target":
        return "targets[{is_target:String}] > 0"
    return f"{_key(name)} = {{is_{name}:String}}"


def _statement(
    ask: Ask, source: _Source, where: Sequence[str], params: dict[str, Any], before: str
) -> str:
    if "span" in ask.keys:
        params["first"] = ask.period.first
    if ask.bys:
        params["bys"] = list(ask.bys)
    columns = ", ".join([*(source.keys[key] for key in ask.keys), *source.measures.values()])
    grouped = "" if ask.table == "each_day" else " GROUP BY ALL"
    return f"SELECT {before}{columns} FROM {source.table} WHERE {' AND '.join(where)}{grouped}"


def rolled(closed: Sequence[Closed], params: dict[str, Any]) -> str:
    """Every (card, day) that rollups answer for, of days up to the last of them all."""
    through = max(group.through for group in closed)
    parts = []
    for n, group in enumerate(closed):
        which = n or ""
        params[f"cards{which}"] = list(group.cards)
        part = f"card IN {{cards{which}:Array(String)}}"
        if group.through < through:
            params[f"through{which}"] = group.through
            part += f" AND day <= {{through{which}:Date}}"
        if group.late:
            params[f"late{which}"] = list(group.late)
            part += f" AND (card, day) NOT IN {{late{which}:Array(Tuple(String, Date))}}"
        parts.append(part)
    return f"({' OR '.join(parts)})"


def _within(days: Sequence[Period], params: dict[str, Any]) -> str:
    parts = []
    for n, within in enumerate(days):
        params |= {f"from{n}": within.first, f"to{n}": within.last}
        parts.append(f"day BETWEEN {{from{n}:Date}} AND {{to{n}:Date}}")
    return f"({' OR '.join(parts)})"
