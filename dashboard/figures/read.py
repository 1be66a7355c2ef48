"""Reads what answers need: how far rollups have come, closed days in one statement, open days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from dashboard.figures import closed as rollups
from dashboard.figures.asks import Ask, Sums
from dashboard.figures.cells import least_visitors
from dashboard.figures.days import closed, every_day, open_days
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import NOTHING, summed
from schema.directory import rollup_state
from schema.directory.database import Directory
from schema.directory.rollup_state import CardDay
from schema.store import EventStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where figures come from."""

    store: EventStore
    directory: Directory
    now_ms: int
    """One instant for all that is read for one page."""


def read(place: Place, question: Question, answer: Answer[T]) -> T:
    return answer.build(gather(place, question, answer.asks))


class Batch:
    """Several answers for the price of one: all that was added is read when the first is wanted."""

    def __init__(self, place: Place, question: Question) -> None:
        self._place = place
        self._question = question
        self._asks: list[Ask] = []
        self._sums: list[Sums] = []

    def add(self, answer: Answer[T]) -> Callable[[], T]:
        start, end = len(self._asks), len(self._asks) + len(answer.asks)
        self._asks += answer.asks
        return lambda: answer.build(self._read()[start:end])

    def _read(self) -> list[Sums]:
        if not self._sums:
            self._sums = gather(self._place, self._question, self._asks)
        return self._sums


def gather(place: Place, question: Question, asks: Sequence[Ask]) -> list[Sums]:
    """What several answers ask alike is read once."""
    distinct = list(dict.fromkeys(asks))
    found = dict(zip(distinct, _gather(place, question, distinct), strict=True))
    return [found[ask] for ask in asks]


def _gather(place: Place, question: Question, asks: Sequence[Ask]) -> list[Sums]:
    with place.directory.read() as conn:
        state = rollup_state.of_cards(conn, (card.id for card in question.cards))
    told = rollups.answer(place.store, closed(state), question.filters, asks)
    wanted = [_open_days(place, question, ask, state) for ask in asks]
    if any(wanted):
        # Heavy, and not needed for a period that is closed.
        from dashboard.figures.opened import answer

        zones = {card.id: card.zone for card in question.cards}
        found = answer(place.store, zones, question.filters, list(zip(asks, wanted, strict=True)))
        told = [summed(both) for both in zip(told, found, strict=True)]
    return told


def _open_days(
    place: Place, question: Question, ask: Ask, state: dict[str, rollup_state.Answered]
) -> list[CardDay]:
    if rollups.left_to_events(ask, question.filters):
        return [c for days in ask.periods for c in every_day(question.cards, days, place.now_ms)]
    return [c for days in ask.periods for c in open_days(question.cards, state, days, place.now_ms)]


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
