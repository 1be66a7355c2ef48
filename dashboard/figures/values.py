"""The answers, as plain frozen values. Their names are those of `schema/metrics.py` and the API."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple, TypeVar

K = TypeVar("K")

Interval = Literal["hour", "day", "week", "month"]
By = Literal[
    "source",
    "medium",
    "item",
    "referrer",
    "country",
    "region",
    "city",
    "device",
    "browser",
    "os",
    "language",
    "target",
    "weekday_hour",
]
Column = Literal["source", "country", "region", "city", "hour"]
"""What cards are crossed with."""

OTHERS = "others"
"""Key of the row into which small places are merged."""


class Counts(NamedTuple):
    """What adds up over days, keys and cards; of the last view, the latest."""

    views: int = 0
    visitors: int = 0
    visits: int = 0
    bounces: int = 0
    clicks: int = 0
    click_visits: int = 0
    contact_clicks: int = 0
    contact_visits: int = 0
    automatic: int = 0
    last_view_ms: int = 0


NOTHING = Counts()


def added(counts: Iterable[Counts]) -> Counts:
    several = list(counts)
    if len(several) < 2:
        return several[0] if several else NOTHING
    columns = list(zip(*several, strict=True))
    return Counts(*map(sum, columns))._replace(last_view_ms=max(columns[-1]))


def by_key(parts: Iterable[tuple[K, Counts]]) -> dict[K, Counts]:
    """What all parts of each key add up to."""
    found: dict[K, list[Counts]] = defaultdict(list)
    for key, counts in parts:
        found[key].append(counts)
    return {key: added(each) for key, each in found.items()}


def summed(several: Sequence[Mapping[K, Counts]]) -> dict[K, Counts]:
    """Key by key."""
    return {
        key: added(each[key] for each in several if key in each)
        for key in {key for each in several for key in each}
    }


@dataclass(frozen=True, slots=True)
class Totals:
    views: int
    visitors: int
    visits: int
    bounces: int
    clicks: int
    contact_clicks: int
    contact_visits: int
    contact_rate: float | None
    """None without a visit: there is nothing to divide by."""
    engaged_s_median: int | None
    """The lower median; None without a visit."""


@dataclass(frozen=True, slots=True)
class LastVisit:
    """Coarse on purpose: a day and an hour say that the card is used, a minute says by whom."""

    day: date
    hour: int


@dataclass(frozen=True, slots=True)
class Stats:
    totals: Totals
    previous: Totals | None
    """None when a place had too few visitors then to be shown alone."""
    automatic: int


@dataclass(frozen=True, slots=True)
class Point:
    at: date | datetime
    """The first day of the interval; for an hour, the local instant at which it begins."""
    views: int
    visitors: int
    visits: int
    clicks: int
    contact_clicks: int


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    """Empty when it could not be found out; `OTHERS` for small places taken together."""
    views: int
    visitors: int
    visits: int
    clicks: int
    contact_clicks: int


@dataclass(frozen=True, slots=True)
class Steps:
    """The way to a contact, in visits: each step holds a part of the one before."""

    visits: int
    click_visits: int
    contact_visits: int


@dataclass(frozen=True, slots=True)
class CardTotals:
    card: str
    totals: Totals
    previous: Totals


@dataclass(frozen=True, slots=True)
class Cell:
    """One card in one column of the cross table."""

    views: int
    contact_clicks: int
    click_rate: float | None
    """Contact clicks for each view; None without a view."""
    is_weak: bool
    """Too few views for the rate to say much."""


@dataclass(frozen=True, slots=True)
class Cross:
    by: Column
    keys: tuple[str, ...]
    """Sorted by views of all cards together, then key; hours stay in their order."""
    rows: Mapping[str, tuple[Cell, ...]]
    """Per card, a cell for each key."""


@dataclass(frozen=True, slots=True)
class Live:
    """The last 30 minutes, as counts of the whole card and nothing finer."""

    views: int
    visitors: int
    clicks: int
    contact_clicks: int


def totals(counts: Counts, engaged: Mapping[int, int]) -> Totals:
    return Totals(
        views=counts.views,
        visitors=counts.visitors,
        visits=counts.visits,
        bounces=counts.bounces,
        clicks=counts.clicks,
        contact_clicks=counts.contact_clicks,
        contact_visits=counts.contact_visits,
        contact_rate=rate(counts.contact_visits, counts.visits),
        engaged_s_median=lower_median(engaged),
    )


def rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def lower_median(weights: Mapping[int, int]) -> int | None:
    """Of values that each come so many times."""
    ahead = (sum(weights.values()) + 1) // 2
    for value, times in sorted(weights.items()):
        ahead -= times
        if ahead <= 0 and times:
            return value
    return None
