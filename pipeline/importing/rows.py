"""What every format turns its file into: rows of text under our own names of columns, with the
number of their line. What they say is checked later (`check.py`), the same for all formats."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.importing.source import Piece

COLUMNS = (
    "card",
    "at",
    "name",
    "page",
    "seq",
    "target",
    "label",
    "visitor",
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
    "ms",
    "agent",
)
"""The columns a file of ours may have. `card`, `at` and `name` must be there."""

FOR_FORMATS = ("key", "network")
"""Beside them, what only other formats give: what the file itself knows a row by, and the /24 or
/48 a visitor came from."""

REFUSED = pl.Schema({"line": pl.UInt64(), "reason": pl.String()})


@dataclass(frozen=True, slots=True)
class Rows:
    """A part of a file."""

    frame: pl.DataFrame
    """`line` and some of `COLUMNS` and `FOR_FORMATS`, nothing being null or empty alike."""
    refused: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUSED))
    passed: int = 0
    """Lines that are no events of a card and need not be: another page of the site, an image."""


def refused(lines: Sequence[int], reason: str) -> pl.DataFrame:
    return pl.DataFrame({"line": lines, "reason": reason}, schema=REFUSED)


ReadLines = Callable[[bytes], pl.DataFrame]
"""Reads lines, one row each, or raises one of `UNREADABLE`."""

UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, UnicodeDecodeError)


Spot = Callable[[bytes], str]
"""What is plainly wrong with a line, or nothing."""


def read_piece(piece: Piece, read: ReadLines, spot: Spot = lambda _line: "") -> Rows:
    """At once when every line is a row; else line by line where it is needed. `spot` finds at a
    glance what would take long to find by halving, were it so in every line."""
    count = piece.text.count(b"\n") + (not piece.text.endswith(b"\n"))
    try:
        frame = read(piece.text)
        if frame.height == count:
            return Rows(frame.with_row_index("line", piece.first_line).cast({"line": pl.UInt64}))
    except UNREADABLE:
        pass
    lines = [
        (number, line)
        for number, line in enumerate(piece.text.splitlines(keepends=True), piece.first_line)
        if line.strip()
    ]
    spotted = {number: told for number, line in lines if (told := spot(line))}
    found = list(_sift([each for each in lines if each[0] not in spotted], read))
    bad = [each for each in found if not isinstance(each, pl.DataFrame)]
    bad += [(number, _UNREADABLE.format(told)) for number, told in spotted.items()]
    return Rows(
        pl.concat(
            [each for each in found if isinstance(each, pl.DataFrame)] or [_EMPTY], how="diagonal"
        ),
        pl.DataFrame(bad, schema=REFUSED, orient="row"),
    )


def _sift(
    lines: Sequence[tuple[int, bytes]], read: ReadLines
) -> Iterator[pl.DataFrame | tuple[int, str]]:
    """Halves what cannot be read, down to the single lines at fault."""
    if not lines:
        return
    try:
        frame = read(b"".join(line for _, line in lines))
        if frame.height == len(lines):
            numbers = pl.Series("line", [number for number, _ in lines], pl.UInt64)
            yield frame.insert_column(0, numbers)
            return
        told = "it holds a line break or a quotation mark that is not closed"
    except UNREADABLE as error:
        told = _told(error)
    if len(lines) == 1:
        yield lines[0][0], _UNREADABLE.format(told)
        return
    middle = len(lines) // 2
    yield from _sift(lines[:middle], read)
    yield from _sift(lines[middle:], read)


def _told(error: BaseException) -> str:
    """Never the library's words: they may quote the line, and a line holds what no disk may."""
    text = str(error).lower()
    if "utf-8" in text or "utf8" in text:
        return "it is not UTF-8, as the lines before are"
    if isinstance(error, pl.exceptions.SchemaError):
        return MORE_FIELDS
    return "it is not complete, or not of this format"


MORE_FIELDS = "it has more fields than the header"
_UNREADABLE = "The line cannot be read: {}."
_EMPTY = pl.DataFrame(schema={"line": pl.UInt64()})
