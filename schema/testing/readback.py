"""What pages and files say, read back as tables of texts and numbers, to compare them."""

import csv
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from io import BytesIO, StringIO

Cell = str | int | float
Rows = list[tuple[Cell, ...]]

_SPACES = re.compile(r"\s+")
_INTEGER = re.compile(r"-?\d+")
_UNSEEN = dict.fromkeys(map(ord, "\N{ZERO WIDTH SPACE}\N{SOFT HYPHEN}"))


def plain(text: str) -> str:
    """All kinds of spaces as one; what only breaks lines, left out."""
    return _SPACES.sub(" ", text.translate(_UNSEEN)).strip()


def number(text: str) -> Cell:
    """A whole number, however its thousands are set apart; another text stays as it is."""
    together = plain(text).replace(" ", "")
    return int(together) if _INTEGER.fullmatch(together) else plain(text)


class _Page(HTMLParser):
    """Tables and big figures as they come."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, Rows]] = []
        self.tiles: dict[str, Cell] = {}
        self._text: list[str] = []
        self._row: list[Cell] = []
        self._metric = ""
        self._chart = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("caption", "th", "td", "p"):
            self._text = []
        if tag == "figure":
            self._chart = given.get("data-chart") or ""
        elif tag == "table":
            self.tables.append((self._chart, []))
        elif tag == "a" and (given.get("href") or "").startswith("/definitions#"):
            self._metric = str(given["href"]).partition("#")[2]

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = plain("".join(self._text))
        if tag == "figure":
            self._chart = ""
        elif tag == "caption" and not self._chart:
            self.tables[-1] = (text, self.tables[-1][1])
        elif tag == "th":
            self._row.append(text)
        elif tag == "td":
            self._row.append(number(text))
        elif tag == "tr":
            self.tables[-1][1].append(tuple(self._row))
            self._row = []
        elif tag == "p" and self._metric:
            self.tiles[self._metric] = number(text)
            self._metric = ""


def page(html: str) -> tuple[dict[str, Rows], dict[str, Cell]]:
    """Its tables without heads, by the kind of their drawing or else their caption, those of one
    name joined; and its big figures by their names in `schema/metrics.py`, the last of each."""
    read = _Page()
    read.feed(html)
    tables: dict[str, Rows] = {}
    for caption, (_, *rows) in read.tables:
        tables.setdefault(caption, []).extend(rows)
    return tables, read.tiles


def csv_file(content: bytes) -> Rows:
    """French style, without its head."""
    _, *rows = csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";")
    return [tuple(map(number, row)) for row in rows]


def excel(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    """Sheets by name, without their heads."""
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content), read_only=True)
    return {
        sheet.title: [
            tuple(plain(cell) if isinstance(cell, str) else cell for cell in row)
            for row in sheet.iter_rows(min_row=2, values_only=True)
        ]
        for sheet in book.worksheets
    }


def pdf(content: bytes) -> str:
    from pypdf import PdfReader

    return plain("\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages))


def missing(rows: Sequence[Sequence[Cell]], text: str) -> Iterator[str]:
    """The rows that do not stand in the text after one another, numbers as French writes them."""
    at = 0
    for row in rows:
        words = " ".join(_written(cell) for cell in row)
        found = text.find(words, at)
        if found < 0:
            yield words
        else:
            at = found + len(words)


def _written(cell: Cell) -> str:
    return f"{cell:,}".replace(",", " ") if isinstance(cell, int) else plain(str(cell))
