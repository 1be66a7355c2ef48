"""One subject as CSV, in pieces, so that a million rows pass through without being held."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from dashboard.exports.cells import neutral
from dashboard.exports.document import Cell, Kind, Row, Subject

ROWS_AT_ONCE: Final = 512
REMEMBERED_MAX: Final = 20_000
"""Names and days come again in every row: they are written once, then looked up."""
END: Final = "\r\n"
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
    mark = BOM if style.bom else ""
    head = style.separator.join(_text(column.name, style) for column in subject.columns)
    yield f"{mark}{head}{END}".encode()
    columns = [_Memory(column.kind, style) for column in subject.columns]
    left = iter(subject.rows())
    while rows := list(islice(left, ROWS_AT_ONCE)):
        yield _lines(rows, columns, style).encode()


def _lines(rows: Iterable[Row], columns: "list[_Memory]", style: Style) -> str:
    """Column by column, so that a look-up is all that most cells need: twice as fast as `csv`."""
    turned = zip(zip(*rows, strict=True), columns, strict=True)
    written = [map(memory.__getitem__, cells) for cells, memory in turned]
    return END.join(map(style.separator.join, zip(*written, strict=True))) + END


class _Memory(dict[Cell, str]):
    """What the cells of a column are written as. Forgets all when there is too much of it."""

    def __init__(self, kind: Kind, style: Style) -> None:
        super().__init__()
        self._kind = kind
        self._style = style

    def __missing__(self, cell: Cell) -> str:
        if len(self) >= REMEMBERED_MAX:
            self.clear()
        written = self[cell] = "" if cell is None else _written(cell, self._kind, self._style)
        return written


def _written(cell: Cell, kind: Kind, style: Style) -> str:
    if kind == "text":
        return _text(str(cell), style)
    if kind == "rate":
        return f"{cell:.4f}".replace(".", style.decimal)
    # Days and hours as ISO 8601 writes them, with a space: every spreadsheet reads that.
    return str(cell)[: len("2026-11-20 18:00")] if isinstance(cell, date) else str(cell)


def _text(text: str, style: Style) -> str:
    """In quotes when it needs them; `neutral` leaves no end of line in it."""
    found = neutral(text)
    if style.separator in found or '"' in found:
        return '"' + found.replace('"', '""') + '"'
    return found
