"""Who answers for which local day of which card: rollups, or the raw events. Pure.

Each day is answered by exactly one of them. The state is read before the figures: should a rollup
end in between, the days given to raw events are still there, and nothing is counted twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from dashboard.period import Period
from schema.days import local_day
from schema.directory.cards import Card
from schema.directory.rollup_state import Answered, CardDay


@dataclass(frozen=True, slots=True)
class Closed:
    """Cards whose rollups reach equally far: their days up to `through`, but for those marked."""

    cards: tuple[str, ...]
    through: date
    late: tuple[CardDay, ...]


def closed(state: Mapping[str, Answered]) -> tuple[Closed, ...]:
    """Few, however many cards: zones differ by a day, and new cards by a little more."""
    rolled = [
        (answered.through, card, answered.late)
        for card, answered in state.items()
        if answered.through is not None
    ]
    rolled.sort(key=lambda each: each[:2])
    return tuple(
        _group(through, list(same)) for through, same in groupby(rolled, key=lambda each: each[0])
    )


def _group(through: date, same: Sequence[tuple[date, str, frozenset[date]]]) -> Closed:
    late = sorted((card, day) for _, card, days in same for day in days if day <= through)
    return Closed(tuple(card for _, card, _ in same), through, tuple(late))


def open_days(
    cards: Sequence[Card], state: Mapping[str, Answered], days: Period, now_ms: int
) -> list[CardDay]:
    """The days within `days` that raw events answer for."""
    today = _todays(cards, now_ms)
    return [
        (card.id, day)
        for card in cards
        for day in _open_days_of(card, state[card.id], days, today[card.zone])
    ]


def every_day(cards: Sequence[Card], days: Period, now_ms: int) -> list[CardDay]:
    """All days within `days`, for what only raw events can tell."""
    today = _todays(cards, now_ms)
    return [
        (card.id, day)
        for card in cards
        for day in _from_to(
            max(days.first, local_day(card.created_ms, card.zone)),
            min(days.last, today[card.zone]),
        )
    ]


def _todays(cards: Iterable[Card], now_ms: int) -> dict[str, date]:
    """Of each zone: there are few, however many cards."""
    return {zone: local_day(now_ms, zone) for zone in {card.zone for card in cards}}


def _open_days_of(card: Card, answered: Answered, days: Period, today: date) -> list[date]:
    through, late = answered
    # Before the first rollup a card's history is as long as the card has been there.
    start = through + _DAY if through else local_day(card.created_ms, card.zone)
    marked = [day for day in late if day < start and days.first <= day <= days.last]
    return sorted(marked) + _from_to(max(start, days.first), min(today, days.last))


def _from_to(first: date, last: date) -> list[date]:
    return [first + n * _DAY for n in range((last - first).days + 1)]


_DAY = timedelta(days=1)
