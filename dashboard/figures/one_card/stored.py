"""What the store has of one card, row by row: the events of its open days, and the visits of closed
days that fit a filter. A card that a whole town looks at has too many for that: it is counted as
several cards are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from dashboard.figures.asks import Ask, whole
from dashboard.figures.closed import FOR_FEW, fits, rolled
from dashboard.figures.days import Closed
from dashboard.figures.one_card.visits import Event, Hour, Visit, keys
from dashboard.filters import PLACES, Filters
from dashboard.period import Period, joined
from schema.days import day_span_ms
from schema.store import EventStore, Params

ROWS_MAX = 4_000
"""As many take Python as long as they take frames or a grouping, whose plan costs more. 20 000 took
350 ms of processor in place of 70, and 200 000 took 3 200 in place of 250."""

_ATTRIBUTES = (
    *("source", "medium", "item", "referrer", "language"),
    *("country", "region", "city", "device", "browser", "os"),
)
# Most days of a card have few events or none: they are sought before 20 columns are read.
_EVENTS = f"""
SELECT card, visitor, toUnixTimestamp64Milli(at), page, seq, name, target, ms, class = 'human',
    {", ".join(_ATTRIBUTES).replace("language", "lang")}
FROM events PREWHERE card IN {{cards:Array(String)}} AND ({{spans}})"""
_SPAN = """at >= fromUnixTimestamp64Milli({{start{n}:Int64}}, 'UTC')
 AND at < fromUnixTimestamp64Milli({{end{n}:Int64}}, 'UTC')"""


def events(store: EventStore, card: str, zone: str, days: Iterable[date]) -> list[Event] | None:
    """Of these local days, in no order. None: too many."""
    spans: list[str] = []
    params: dict[str, Any] = {}
    for n, each in enumerate(joined(Period(day, day) for day in days)):
        spans.append(_SPAN.format(n=n))
        params |= {
            f"start{n}": day_span_ms(each.first, zone)[0],
            f"end{n}": day_span_ms(each.last, zone)[1],
        }
    if not spans:
        return []
    found = _few(store, card, _EVENTS.replace("{spans}", " OR ".join(spans)), params)
    return None if found is None else [_event(row[:8], row[8:]) for row in found]


def visits(
    store: EventStore, card: str, closed: Sequence[Closed], filters: Filters, asks: Sequence[Ask]
) -> list[Visit] | None:
    """Of closed days, those that fit, with what these asks need to know of them. None: too many."""
    params: dict[str, Any] = {f"is_{name}": value for name, value in filters}
    days, [group] = whole(asks), closed
    # Days after those that rollups answer for may have visits already: a swap ended just now, or
    # the card's zone was changed. Raw events answer for them.
    params |= {"first": days.first, "last": min(days.last, group.through)}
    where = [rolled(closed, params), "day BETWEEN {first:Date} AND {last:Date}"]
    attributes = tuple(dict.fromkeys(name for ask in asks for name in _attributes(ask.bys)))
    columns = ", ".join(["card", *_OF_A_VISIT, *attributes])
    conditions = " AND ".join([*where, *(fits(name) for name, _ in filters)])
    found = _few(store, card, f"SELECT {columns} FROM visits WHERE {conditions}", params)
    if found is None:
        return None
    return [
        _visit(row[: len(_OF_A_VISIT)], dict(zip(attributes, row[len(_OF_A_VISIT) :], strict=True)))
        for row in found
    ]


def _few(
    store: EventStore, card: str, statement: str, params: Params
) -> list[tuple[Any, ...]] | None:
    # Of each card: others may be asked for in the same statement.
    rows = store.rows_of(card, f"{statement} LIMIT {ROWS_MAX + 1} BY card{FOR_FEW}", params)
    return rows if len(rows) <= ROWS_MAX else None


_OF_A_VISIT = (
    *("day", "hour", "visitor", "views", "clicks", "contact_clicks", "bounce", "engaged_s"),
    "targets",
)


def _event(row: Sequence[Any], attributes: Sequence[str]) -> Event:
    visitor, at_ms, page, seq, name, target, ms, is_human = row
    known = dict(zip(_ATTRIBUTES, attributes, strict=True))
    return Event(visitor, at_ms, page, seq, name, target, ms, bool(is_human), known)


def _visit(row: Sequence[Any], known: Mapping[str, str]) -> Visit:
    day, hour, visitor, views, clicks, contact_clicks, bounce, engaged_s, targets = row
    return Visit(
        hour=Hour(day, hour, 0),
        visitor=visitor,
        views=views,
        clicks=clicks,
        contact_clicks=contact_clicks,
        is_bounce=bool(bounce),
        engaged_s=engaged_s,
        targets=targets,
        keys=keys(known),
    )


def _attributes(bys: Iterable[str]) -> Iterator[str]:
    for by in bys:
        if by != "target":
            yield from PLACES.get(by, (by,))
