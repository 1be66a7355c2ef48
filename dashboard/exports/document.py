"""The document that every format is written from: the same rows, the same words, the same order.

A page's figures become a `Report` once; a writer decides nothing about numbers, only about ink.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from dashboard.charts.values import Drawing

Kind = Literal["text", "count", "rate", "seconds", "day", "hour"]
"""`rate` is a share from 0 to 1; `hour` is a local datetime without a zone; `day` a date."""

Cell = str | int | float | date | datetime | None
Row = tuple[Cell, ...]
"""None is an unknown or an undefined value, such as a rate whose denominator is zero."""


Told = Callable[[float], None]
"""Is told how much of a file is written, from 0 to 1."""


def untold(part: float) -> None:
    """For a file that one waits for."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the big numbers of the cover."""

    name: str
    value: int | float | None
    kind: Kind = "count"
    before: int | float | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One table: a sheet in Excel, a chapter in the PDF, a file in CSV."""

    key: str
    """What `?subject=` says, and part of the file's name: 'days', 'sources'."""
    name: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterable[Row]]
    """Called once per export and read once, so a million rows need not be in memory."""
    drawing: Drawing | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    """The name of the card, or of the account when several cards are summed."""
    address: str
    """Where the card is: what the QR code of the cover leads to. Empty: no code."""
    first: date
    last: date
    zone: str
    made_at: datetime
    """Local to `zone`, without a zone of its own."""
    figures: tuple[Figure, ...]
    subjects: tuple[Subject, ...]
    definitions: tuple[Definition, ...]
    filters: tuple[str, ...] = ()
    """Each in words: « Source: QR code »."""
    before: tuple[date, date] | None = None
    """The period that is compared with."""

    def subject(self, key: str) -> Subject | None:
        return next((each for each in self.subjects if each.key == key), None)
