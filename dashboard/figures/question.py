"""What is asked, and an answer as a value: what to read for it, and what to make of that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dashboard.figures.asks import Ask, Sums
from dashboard.filters import Filters
from dashboard.period import Period
from schema.directory.cards import Card

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    cards: tuple[Card, ...]
    period: Period
    """Local days of each card: two cards in two zones have two different todays."""
    before: Period
    filters: Filters = ()

    @property
    def zone(self) -> str | None:
        """The one zone of all its cards, or None when they have several."""
        zones = {card.zone for card in self.cards}
        return zones.pop() if len(zones) == 1 else None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    asks: tuple[Ask, ...]
    build: Callable[[Sequence[Sums]], T]
    """From what was read for each of the asks, in their order. Pure."""
