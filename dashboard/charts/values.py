"""What is drawn. Plain frozen values, whose names are already in the reader's language."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Interval = Literal["hour", "day", "week", "month"]
Area = Literal["france", "world"]


@dataclass(frozen=True, slots=True)
class Point:
    at: date | datetime
    """The first day of the interval, or its first local instant when it is an hour."""
    value: int
    before: int | None = None
    """The same place in the period that is compared with."""


@dataclass(frozen=True, slots=True)
class Series:
    """A figure over time, with every empty interval present."""

    name: str
    """What is counted: « Views »."""
    interval: Interval
    points: tuple[Point, ...]
    before_name: str = ""
    """What the other line is: « Previous period ». Empty: nothing is compared."""


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    value: int
    address: str = ""
    """Where the name leads, for instance to the page filtered by it."""


@dataclass(frozen=True, slots=True)
class Bars:
    name: str
    rows: tuple[Bar, ...]
    of: int = 0
    """What shares are shares of, when these are not all rows."""
    longest: int = 0
    """The longest bar, when it is not among these."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Weekday × hour: seven rows from Monday, 24 columns from midnight."""

    name: str
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps of which each holds a part of the one before."""

    name: str
    steps: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    """A country ('FR', 'RE') or a region ('FR|Bretagne'). 'FR|': somewhere in France."""
    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Places:
    name: str
    area: Area
    rows: tuple[Place, ...]


Drawing = Series | Bars | Grid | Funnel | Places
