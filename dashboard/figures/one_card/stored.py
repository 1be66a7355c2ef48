"""What the store has of one card, row by row: the events of its open days, and the visits of closed
days that fit a filter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dashboard.figures.asks import Ask, whole
from dashboard.figures.closed import FOR_FEW, fits, rolled
from dashboard.figures.days import Closed
from dashboard.figures.one_card.visits import PLACES, Event, Hour, Visit, keys
from dashboard.filters import Filters
from schema.days import day_span_ms
from schema.store import EventStore

_ATTRIBUTES = (
    *("source", "medium", "item", "referrer", "language"),
    *("country", "region", "city", "device", "browser", "os"),
)
_EVENTS = f"""
SELECT card, visitor, toUnixTimestamp64Milli(at), page, seq, name, target, ms, class = 'human',
    {", ".join(_ATTRIBUTES).replace("language", "lang")}
FROM events PREWHERE card IN {{cards:Array(String)}} AND ({{spans}})"""
_SPAN = """at >= fromUnixTimestamp64Milli({{start{n}:Int64}}, 'UTC')
 AND at < fromUnixTimestamp64Milli({{end{n}:Int64}}, 'UTC')"""

_DAY = timedelta(days=1)


def events(store: EventStore, card: str, zone: str, days: Iterable[date]) -> list[Event]:
    """Of these local days, in no order."""
    spans: list[str] = []
    params: dict[str, Any] = {}
    for n, (first, last) in enumerate(_stretches(days)):
        spans.append(_SPAN.format(n=n))
        params |= {f"start{n}": day_span_ms(first, zone)[0], f"end{n}": day_span_ms(last, zone)[1]}
    if not spans:
        return []
    statement = _EVENTS.replace("{spans}", " OR ".join(spans)) + FOR_FEW
    return [_event(row[:8], row[8:]) for row in store.rows_of(card, statement, params)]


def visits(
    store: EventStore, card: str, closed: Sequence[Closed], filters: Filters, asks: Sequence[Ask]
) -> list[Visit]:
    """Of closed days, those that fit, with what these asks need to know of them."""
    params: dict[str, Any] = {f"is_{name}": value for name, value in filters}
    days, [group] = whole(asks), closed
    # Days after those that rollups answer for may have visits already: a swap ended just now, or
    # the card's zone was changed. Raw events answer for them.
    params |= {"first": days.first, "last": min(days.last, group.through)}
    where = [rolled(closed, params), "day BETWEEN {first:Date} AND {last:Date}"]
    attributes = tuple(dict.fromkeys(name for ask in asks for name in _attributes(ask.bys)))
    columns = ", ".join(["card", *_OF_A_VISIT, *attributes])
    conditions = " AND ".join([*where, *(fits(name) for name, _ in filters)])
    statement = f"SELECT {columns} FROM visits WHERE {conditions}{FOR_FEW}"
    return [
        _visit(row[: len(_OF_A_VISIT)], dict(zip(attributes, row[len(_OF_A_VISIT) :], strict=True)))
        for row in store.rows_of(card, statement, params)
    ]


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


def _stretches(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days that follow each other are one stretch, from the first to the last."""
    found: list[tuple[date, date]] = []
    for day in sorted(days):
        if found and found[-1][1] + _DAY == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found
