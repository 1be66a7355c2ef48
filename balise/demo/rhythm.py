"""When the demo's cards are looked at: from the shape of a year down to the minute of a day.

Everything is a pure function of (seed, card, day), so that a day asked for again is the same day.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from balise.demo.people import CARDS, DemoCard
from balise.demo.weighted import Weighted
from schema.days import day_span_ms

EVENTS = 200_000
DAYS = 90
SEED = 1
"""What the demo has unless something else is asked for."""

_WEEKDAYS = (1.0, 1.15, 1.2, 1.2, 1.0, 0.45, 0.3)
"""Monday to Sunday."""
_WORKING_HOURS = (
    1,
    1,
    0,
    0,
    0,
    1,
    3,
    9,
    20,
    34,
    40,
    36,
    26,
    24,
    36,
    38,
    36,
    34,
    30,
    20,
    14,
    11,
    7,
    3,
)
_FREE_HOURS = (2, 1, 1, 0, 0, 1, 2, 4, 10, 18, 26, 28, 20, 18, 20, 22, 22, 22, 20, 18, 16, 14, 9, 4)
_FAIR_HOURS = (0, 0, 0, 0, 0, 0, 1, 4, 16, 48, 70, 66, 40, 44, 68, 70, 58, 36, 14, 8, 6, 4, 2, 1)

_GROWTH = 0.9
"""How much busier the last day of the history is than its first: a card finds its public."""
_FAIR_WEEKS_AGO = 4
_FAIR_FACTORS = (5.0, 6.0, 4.0, 1.9, 1.5, 1.2)
"""Tuesday to Thursday of the fair, then the days when people sort the cards they brought home."""
_FAIR_DAYS = 3


def _hours(weights: tuple[int, ...]) -> Weighted[int]:
    return Weighted(*enumerate(weights))


_WORKING, _FREE, _FAIR = _hours(_WORKING_HOURS), _hours(_FREE_HOURS), _hours(_FAIR_HOURS)


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=index) for index in range((last - first).days + 1))


class History:
    """How many events each card gets on each day, so that `days` days hold about `events`."""

    def __init__(self, last_day: date, days: int, events: int) -> None:
        self.first_day = last_day - timedelta(days=days - 1)
        self.last_day = last_day
        monday = last_day - timedelta(days=last_day.weekday(), weeks=_FAIR_WEEKS_AGO)
        self._fair_start = monday + timedelta(days=1)
        weights = (self._weight(card, day) for card in CARDS for day in self.days())
        self._events_per_weight = events / sum(weights)

    def days(self) -> Iterator[date]:
        return days_between(self.first_day, self.last_day)

    def events(self, seed: int, card: DemoCard, day: date) -> int:
        luck = Random(f"{seed}/{card.id}/{day}/luck").uniform(0.75, 1.25)
        return round(self._weight(card, day) * self._events_per_weight * luck)

    def is_fair(self, card: DemoCard, day: date) -> bool:
        return card.fairs and 0 <= (day - self._fair_start).days < _FAIR_DAYS

    def _weight(self, card: DemoCard, day: date) -> float:
        """Days after the history go on at the pace it has reached."""
        progress = (day - self.first_day) / (self.last_day - self.first_day + timedelta(days=1))
        growth = 1 + _GROWTH * min(progress, 1.0)
        return card.share * _WEEKDAYS[day.weekday()] * growth * self._fair(card, day)

    def _fair(self, card: DemoCard, day: date) -> float:
        index = (day - self._fair_start).days
        return _FAIR_FACTORS[index] if card.fairs and 0 <= index < len(_FAIR_FACTORS) else 1.0


class Day:
    """Instants of one local day of a card, drawn with the shape of its hours."""

    def __init__(self, day: date, zone: str, *, fair: bool) -> None:
        self.start_ms, self.end_ms = day_span_ms(day, zone)
        self._hours = _FAIR if fair else _FREE if day.weekday() >= 5 else _WORKING

    def instant(self, rng: Random) -> int:
        """A share of the day, so that a day of 23 or 25 hours keeps its shape and its bounds."""
        share = (self._hours.draw(rng) + rng.random()) / 24
        return self.start_ms + int(share * (self.end_ms - self.start_ms))
