"""Reads what answers need: how far rollups have come, then closed days and open days."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TypeVar

from sqlalchemy.engine import Connection

from dashboard.figures import closed as rollups
from dashboard.figures import ever as added_up
from dashboard.figures.asks import Ask, Sums
from dashboard.figures.cells import least_visitors
from dashboard.figures.days import Closed, closed, every_day, open_days
from dashboard.figures.one_card.closed import of_closed_days
from dashboard.figures.one_card.counted import of_open_days
from dashboard.figures.one_card.stored import events
from dashboard.figures.one_card.visits import Opened, opened
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import NOTHING, summed
from dashboard.period import Period
from schema.directory import ever, rollup_state
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.rollup_state import Answered, CardDay
from schema.store import EventStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where figures come from."""

    store: EventStore
    directory: Directory
    now_ms: int
    """One instant for all that is read for one page."""
    _opened: dict[tuple[Card, frozenset[date]], Opened | None] = field(
        default_factory=dict, repr=False
    )

    def opened(self, card: Card, days: frozenset[date]) -> Opened | None:
        """What happened on these days, which a page asks about with a filter and without. None: too
        much to be counted event by event."""
        asked = card, days
        if asked not in self._opened:
            read = events(self.store, card.id, card.zone, days)
            self._opened[asked] = None if read is None else opened(read, days, card.zone)
        return self._opened[asked]


def read(place: Place, question: Question, answer: Answer[T]) -> T:
    return answer.build(gather(place, question, answer.asks))


class Batch:
    """Several answers for the price of one: all that was added is read when the first is wanted."""

    def __init__(self, place: Place, question: Question) -> None:
        self._place = place
        self.question = question
        self._asks: list[Ask] = []
        self._sums: list[Sums] = []

    def add(self, answer: Answer[T]) -> Callable[[], T]:
        start, end = len(self._asks), len(self._asks) + len(answer.asks)
        self._asks += answer.asks
        return lambda: answer.build(self._read()[start:end])

    def _read(self) -> list[Sums]:
        if not self._sums:
            self._sums = gather(self._place, self.question, self._asks)
        return self._sums


def gather(place: Place, question: Question, asks: Sequence[Ask]) -> list[Sums]:
    """What several answers ask alike is read once."""
    distinct = list(dict.fromkeys(asks))
    found = dict(zip(distinct, _gather(place, question, distinct), strict=True))
    return [found[ask] for ask in asks]


def _gather(place: Place, question: Question, asks: Sequence[Ask]) -> list[Sums]:
    with place.directory.read() as conn:
        state = rollup_state.of_cards(conn, (card.id for card in question.cards))
        kept = _kept(conn, state, question, asks)
    told = _closed(place, question, asks, closed(state), kept)
    wanted = _wanted(place, question, asks, state)
    if any(wanted):
        found = _opened(place, question, list(zip(asks, wanted, strict=True)))
        told = [summed(both) for both in zip(told, found, strict=True)]
    return told


def _opened(
    place: Place, question: Question, asks: Sequence[tuple[Ask, Sequence[CardDay]]]
) -> list[Sums]:
    """Each ask comes with the days it wants."""
    if len(question.cards) == 1:
        [card] = question.cards
        days_of = [(ask, frozenset(day for _, day in wanted)) for ask, wanted in asks]
        found = place.opened(card, frozenset[date]().union(*(days for _, days in days_of)))
        if found is not None:
            return of_open_days(card.id, found, question.filters, days_of)
    # Heavy, and not needed for most cards, nor for a period that is closed.
    from dashboard.figures.opened import answer

    zones = {card.id: card.zone for card in question.cards}
    return answer(place.store, zones, question.filters, asks)


def _kept(
    conn: Connection, state: Mapping[str, Answered], question: Question, asks: Sequence[Ask]
) -> Mapping[str, ever.Sums]:
    """What the directory keeps added up, where something is asked that it can tell of all cards."""
    groups = closed(state)
    if question.filters or not any(added_up.is_told(ask, groups) for ask in asks):
        return {}
    found = ever.of_cards(conn, state)
    return found if len(found) == sum(len(group.cards) for group in groups) else {}


def _closed(
    place: Place,
    question: Question,
    asks: Sequence[Ask],
    groups: Sequence[Closed],
    kept: Mapping[str, ever.Sums],
) -> list[Sums]:
    told = {ask: added_up.told(ask, kept) for ask in asks if kept and added_up.is_told(ask, groups)}
    left = [ask for ask in asks if ask not in told]
    if len(question.cards) == 1:
        told |= of_closed_days(place.store, groups, question, left)
    else:
        told |= {ask: rollups.answer(place.store, groups, question.filters, ask) for ask in left}
    return [told[ask] for ask in asks]


def _wanted(
    place: Place, question: Question, asks: Sequence[Ask], state: Mapping[str, Answered]
) -> list[list[CardDay]]:
    """The days that raw events answer for, of each ask. Many ask about the same."""
    cards, now_ms = question.cards, place.now_ms

    @cache
    def days_of(period: Period, *, all_of_them: bool) -> list[CardDay]:
        if all_of_them:
            return every_day(cards, period, now_ms)
        return open_days(cards, state, period, now_ms)

    return [
        [
            cell
            for period in ask.periods
            for cell in days_of(period, all_of_them=rollups.left_to_events(ask, question.filters))
        ]
        for ask in asks
    ]


def shown_alone(place: Place, question: Question) -> Question:
    """Without the cards that had too few visitors from the place that is asked about.

    Nothing is left of the question's cards when it was about one small place: that is then said.
    """
    least = least_visitors("", question.filters)
    if not least:
        return question
    [visitors] = gather(place, question, (Ask("days", ("card",), question.period),))
    enough = (
        card for card in question.cards if visitors.get((card.id,), NOTHING).visitors >= least
    )
    return replace(question, cards=tuple(enough))
