"""One subject as CSV, in pieces, so that a million rows pass through without being held."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from typing import Final

from dashboard.exports.cells import neutral
from dashboard.exports.document import Cell, Kind, Row, Subject

ROWS_AT_ONCE: Final = 4096
REMEMBERED_MAX: Final = 20_000
"""Names and days come again in every row: they are written once, then looked up."""
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Style:
    separator: str
    decimal: str
    bom: bool
    """Excel takes a file without it for the letters of 1990."""


FRENCH: Final = Style(";", ",", bom=True)
INTERNATIONAL: Final = Style(",", ".", bom=False)
STYLES: Final[Mapping[str, Style]] = {"fr": FRENCH, "en": INTERNATIONAL}


def write(subject: Subject, style: Style) -> Iterator[bytes]:
    columns = [_memory(column.kind, style) for column in subject.columns]
    head = [neutral(column.name) for column in subject.columns]
    yield ((BOM if style.bom else "") + _lines([head], style)).encode()
    left = iter(subject.rows())
    while rows := list(islice(left, ROWS_AT_ONCE)):
        yield _lines(_written(rows, columns), style).encode()


def _written(rows: Iterable[Row], columns: "list[_Memory | None]") -> Iterable[tuple[Cell, ...]]:
    """Column by column, because a look-up is all that most cells need."""
    turned = zip(*rows, strict=True)
    return zip(
        *(
            cells if memory is None else map(memory.__getitem__, cells)
            for cells, memory in zip(turned, columns, strict=True)
        ),
        strict=True,
    )


def _lines(rows: Iterable[Iterable[Cell]], style: Style) -> str:
    text = StringIO()
    csv.writer(text, delimiter=style.separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


class _Memory(dict[Cell, str]):
    """What a cell is written as. Forgets everything when there is too much of it."""

    def __init__(self, write: Callable[[Cell], str]) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, cell: Cell) -> str:
        if len(self) >= REMEMBERED_MAX:
            self.clear()
        written = self[cell] = "" if cell is None else self._write(cell)
        return written


def _memory(kind: Kind, style: Style) -> _Memory | None:
    """Whole numbers and unknowns are written right by the writer itself."""
    if kind in ("count", "seconds"):
        return None
    if kind == "rate":
        return _Memory(lambda cell: f"{cell:.4f}".replace(".", style.decimal))
    if kind in ("day", "hour"):
        return _Memory(_moment)
    return _Memory(lambda cell: neutral(str(cell)))


def _moment(cell: Cell) -> str:
    """As ISO 8601 writes it, with a space: every spreadsheet in every language reads it."""
    return str(cell)[: len("2026-11-20 18:00")]
