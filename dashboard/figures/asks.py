"""What is asked of the tables of figures, as values: which table, grouped by what, on which days.

The same ask is answered twice, from rollups in SQL (`closed.py`) and from raw events by the
pipeline's own functions (`opened.py`); of one card, both row by row in Python (`one_card/`). Both
give sums by key, so adding them is the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dashboard.figures.values import Counts
from dashboard.period import Period

Table = Literal["days", "engaged", "dims", "hours", "starts", "steps", "now", "beside", "each_day"]
"""`engaged` has visits by seconds; `starts` has them by the hour they began in, and nothing else;
`steps` has the visits that came further; `now` has the last minutes; `beside` has what is of the
whole card, whatever visits are asked about: automatic traffic and the last view; `each_day` is what
`one_card/days.py` reads in the place of others."""

Key = Literal[
    "card", "day", "span", "start", "weekday", "hour", "by", "key", "second", "seconds", "hours"
]

IN_PERIOD, IN_BEFORE = "period", "before"
"""The two texts of the key `span`."""


@dataclass(frozen=True, slots=True)
class Ask:
    table: Table
    keys: tuple[Key, ...]
    period: Period
    before: Period | None = None
    """Days that are read as well, all of them before the period."""
    bys: tuple[str, ...] = ()
    """Which breakdowns, of `dims`."""
    since_ms: int = 0
    """After which instant, of `now`."""

    @property
    def periods(self) -> tuple[Period, ...]:
        return (self.period, self.before) if self.before else (self.period,)


def by_day(period: Period, before: Period) -> Ask:
    """What totals, series and their comparison all are sums of: read once for all of them."""
    return Ask("days", ("day",), period, before)


def whole(asks: Sequence[Ask]) -> Period:
    """From the first day that any of them wants to the last."""
    wanted = [days for ask in asks for days in ask.periods]
    return Period(min(days.first for days in wanted), max(days.last for days in wanted))


Sums = Mapping[tuple[str, ...], Counts]
"""By the texts of the keys, in the order of the ask."""
