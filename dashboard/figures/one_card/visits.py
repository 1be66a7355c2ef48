"""The visits that the events of one card make: pure, by the definitions of `pipeline/visits.py`.

There a day of every card is a frame; here it is the few rows of one card, and an answer while its
owner waits. That both find the same is tested with generated histories
(`tests/properties/test_visits_of_one_card.py`).
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from dashboard.filters import PLACES
from schema.days import day_span_ms, hours_of_day
from schema.metrics import BOUNCE_BELOW_S, GAP_MS
from schema.targets import CONTACT_NAMES
from schema.wire import ENGAGED_MS_MAX


class Hour(NamedTuple):
    """Of a card's local time."""

    day: date
    hour: int
    start_ms: int


class Event(NamedTuple):
    visitor: int
    at_ms: int
    page: str
    seq: int
    name: str
    target: str
    ms: int
    is_human: bool
    known: Mapping[str, str]
    """Of each attribute."""


class Step(NamedTuple):
    """An event of a visit, and the hour in which it fell."""

    event: Event
    hour: Hour


@dataclass(frozen=True, slots=True)
class Visit:
    hour: Hour
    """In which it began."""
    visitor: int
    views: int
    clicks: int
    contact_clicks: int
    is_bounce: bool
    engaged_s: int
    targets: Mapping[str, int]
    """Clicks by button."""
    keys: Mapping[str, str]
    """In each breakdown; those of its first event."""
    steps: tuple[Step, ...] = ()
    """Of a closed day they are not read."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What happened on some days."""

    visits: tuple[Visit, ...]
    beside: Mapping[date, tuple[int, int]]
    """Of the whole card, whatever visits are asked about: how many events were automatic, and when
    it was viewed last (0: never)."""


def opened(events: Iterable[Event], days: Iterable[date], zone: str) -> Opened:
    """Events outside of these days are left out."""
    hour_of = _clock(days, zone)
    ordered = sorted(events, key=_by_visitor_and_time)
    steps = [Step(each, hour) for each in ordered if (hour := hour_of(each.at_ms))]
    people = [step for step in steps if step.event.is_human]
    return Opened(tuple(map(_visit, _apart(people))), _beside(steps))


def keys(known: Mapping[str, str]) -> dict[str, str]:
    """In each breakdown, from what is known of a visit."""
    places = {by: "|".join(known[name] for name in of) for by, of in PLACES.items() if by in known}
    return {**known, **places}


_by_visitor_and_time = attrgetter("visitor", "at_ms", "page", "seq")


def _clock(days: Iterable[date], zone: str) -> Callable[[int], Hour | None]:
    hours: dict[int, Hour | None] = {}
    for day in sorted(days):
        hours |= {start_ms: Hour(day, hour, start_ms) for start_ms, hour in hours_of_day(day, zone)}
        hours[day_span_ms(day, zone)[1]] = None
    starts_ms = list(hours)

    def hour_of(at_ms: int) -> Hour | None:
        here = bisect_right(starts_ms, at_ms)
        return hours[starts_ms[here - 1]] if here else None

    return hour_of


def _apart(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """By visit. Visitor ids change at local midnight, and so does a visit."""
    visit: list[Step] = []
    for step in steps:
        if visit and not _goes_on(visit[-1], step):
            yield visit
            visit = []
        visit.append(step)
    if visit:
        yield visit


def _goes_on(before: Step, step: Step) -> bool:
    return (
        before.event.visitor == step.event.visitor
        and before.hour.day == step.hour.day
        and step.event.at_ms - before.event.at_ms <= GAP_MS
    )


def _visit(steps: Sequence[Step]) -> Visit:
    first, events = steps[0], [step.event for step in steps]
    views = sum(event.name == "view" for event in events)
    targets = Counter(event.target for event in events if event.name == "click")
    clicks, engaged_s = targets.total(), _engaged_s(events)
    return Visit(
        hour=first.hour,
        visitor=first.event.visitor,
        views=views,
        clicks=clicks,
        contact_clicks=sum(targets[name] for name in CONTACT_NAMES),
        is_bounce=views <= 1 and not clicks and engaged_s < BOUNCE_BELOW_S,
        engaged_s=engaged_s,
        targets=targets,
        keys=keys(first.event.known),
        steps=tuple(steps),
    )


def _engaged_s(events: Iterable[Event]) -> int:
    """The largest total of each page instance, capped, then the sum in whole seconds."""
    pages: dict[str, int] = defaultdict(int)
    for event in events:
        if event.name == "engage":
            pages[event.page] = max(pages[event.page], min(event.ms, ENGAGED_MS_MAX))
    return sum(pages.values()) // 1000


def _beside(steps: Iterable[Step]) -> dict[date, tuple[int, int]]:
    found: dict[date, tuple[int, int]] = {}
    for event, (day, *_) in steps:
        automatic, last_view_ms = found.get(day, (0, 0))
        if not event.is_human:
            automatic += 1
        elif event.name == "view":
            last_view_ms = max(last_view_ms, event.at_ms)
        found[day] = automatic, last_view_ms
    return found
