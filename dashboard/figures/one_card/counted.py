"""Asks about one card answered from its visits, one by one. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence, Set
from datetime import date

from dashboard.figures.asks import IN_BEFORE, IN_PERIOD, Ask, Key, Sums
from dashboard.figures.one_card.visits import Hour, Opened, Visit
from dashboard.figures.values import Counts, added, by_key, summed
from dashboard.filters import Filters
from schema.targets import CONTACT_NAMES

Texts = dict[Key, str]
Part = tuple[tuple[str, ...], Counts, Hashable]
"""Its keys, what it adds, and who it was."""


def of_open_days(
    card: str, opened: Opened, filters: Filters, asks: Sequence[tuple[Ask, Set[date]]]
) -> list[Sums]:
    """Each ask comes with the days it wants."""
    fitting = [visit for visit in opened.visits if _fits(visit, filters)]

    def told(ask: Ask, days: Set[date]) -> Sums:
        visits = [visit for visit in fitting if visit.hour.day in days]
        if ask.table == "hours":
            return _hours(card, ask, visits)
        if ask.table == "now":
            return _now(ask, visits)
        counted = _of_visits(card, ask, visits)
        if ask.table != "days":
            return counted
        return summed([counted, _beside(card, ask, days, opened)])

    return [told(*each) for each in asks]


def of_closed_visits(card: str, ask: Ask, visits: Iterable[Visit]) -> Sums:
    """What visits know of themselves, all of which fit the filter."""
    asked = [
        visit
        for visit in visits
        if any(days.first <= visit.hour.day <= days.last for days in ask.periods)
    ]
    return _of_visits(card, ask, asked)


def _of_visits(card: str, ask: Ask, visits: Iterable[Visit]) -> Sums:
    return _grouped(
        (_keys(ask, _texts(card, ask, visit.hour) | more), counts, (visit.hour.day, visit.visitor))
        for visit in visits
        for more, counts in _parts(ask, visit)
    )


def _fits(visit: Visit, filters: Filters) -> bool:
    return all(
        value in visit.targets if name == "target" else visit.keys[name] == value
        for name, value in filters
    )


def _parts(ask: Ask, visit: Visit) -> Iterator[tuple[Texts, Counts]]:
    """Of a breakdown: each visit under each of its keys."""
    whole = Counts(
        views=visit.views,
        visits=1,
        bounces=int(visit.is_bounce),
        clicks=visit.clicks,
        click_visits=int(visit.clicks > 0),
        contact_clicks=visit.contact_clicks,
        contact_visits=int(visit.contact_clicks > 0),
    )
    if ask.table == "dims":
        for by in ask.bys:
            if by != "target":
                yield {"by": by, "key": visit.keys[by]}, whole
        if "target" in ask.bys:
            for target, clicks in visit.targets.items():
                yield {"by": "target", "key": target}, _of_target(target, clicks)
    elif ask.table == "engaged":
        yield {"second": str(visit.engaged_s)}, whole
    else:
        yield {}, whole


def _of_target(target: str, clicks: int) -> Counts:
    """Under a button a visit stands with the clicks on it; a view is of the whole card."""
    is_contact = target in CONTACT_NAMES
    return Counts(
        visits=1,
        clicks=clicks,
        contact_clicks=clicks if is_contact else 0,
        contact_visits=int(is_contact),
    )


def _hours(card: str, ask: Ask, visits: Sequence[Visit]) -> Sums:
    """Views and clicks count at their own time, visits and visitors when the visit starts."""
    started = [
        (_keys(ask, _texts(card, ask, visit.hour)), Counts(visits=1), (visit.hour, visit.visitor))
        for visit in visits
    ]
    seen = [
        (_keys(ask, _texts(card, ask, step.hour)), _of_step(step.event.name, step.event.target))
        for visit in visits
        for step in visit.steps
        if step.event.name in ("view", "click")
    ]
    return summed([_grouped(started), by_key(seen)])


def _now(ask: Ask, visits: Sequence[Visit]) -> Sums:
    events = [
        step.event
        for visit in visits
        for step in visit.steps
        if step.event.at_ms > ask.since_ms and step.event.name in ("view", "click")
    ]
    counts = added(_of_step(event.name, event.target) for event in events)
    return {(): counts._replace(visitors=len({event.visitor for event in events}))}


def _of_step(name: str, target: str) -> Counts:
    if name == "view":
        return Counts(views=1)
    return Counts(clicks=1, contact_clicks=int(target in CONTACT_NAMES))


def _beside(card: str, ask: Ask, days: Set[date], opened: Opened) -> Sums:
    return by_key(
        (
            _keys(ask, _texts(card, ask, Hour(day, 0, 0))),
            Counts(automatic=automatic, last_view_ms=last_view_ms),
        )
        for day, (automatic, last_view_ms) in opened.beside.items()
        if day in days
    )


def _texts(card: str, ask: Ask, hour: Hour) -> dict[Key, str]:
    day = hour.day
    return {
        "card": card,
        "day": day.isoformat(),
        "span": IN_PERIOD if day >= ask.period.first else IN_BEFORE,
        "start": str(hour.start_ms // 1000),
        "weekday": str(day.isoweekday()),
        "hour": str(hour.hour),
    }


def _keys(ask: Ask, texts: Texts) -> tuple[str, ...]:
    return tuple(texts[key] for key in ask.keys)


def _grouped(parts: Iterable[Part]) -> Sums:
    """By keys, each visitor once."""
    several = list(parts)
    visitors: dict[tuple[str, ...], set[Hashable]] = defaultdict(set)
    for keys, _, who in several:
        visitors[keys].add(who)
    counted = by_key((keys, part) for keys, part, _ in several)
    return {keys: n._replace(visitors=len(visitors[keys])) for keys, n in counted.items()}
