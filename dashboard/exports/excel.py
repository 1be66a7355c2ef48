"""A workbook: a summary, one sheet per subject with its chart, and the definitions.

Rows go to the disk as they come (`constant_memory`), so their number changes nothing; a subject
that is longer than a sheet can be goes on in the next one. What anybody typed is a text.
"""

from collections.abc import Iterable
from itertools import chain, islice
from typing import TYPE_CHECKING, BinaryIO, Final

from dashboard.exports.document import Column, Kind, Report, Row, Subject, Told, untold
from dashboard.exports.excel_cells import Ink, put
from dashboard.exports.excel_charts import draw
from dashboard.exports.excel_names import Names
from dashboard.exports.words import headings
from dashboard.languages import Language

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET_ROWS_MAX: Final = 1_048_576
A4: Final = 9
WIDTHS: Final[dict[Kind, int]] = {
    "text": 34,
    "count": 13,
    "rate": 13,
    "seconds": 13,
    "day": 13,
    "hour": 18,
}


def write(report: Report, language: Language, target: BinaryIO, tell: Told = untold) -> None:
    from xlsxwriter import Workbook

    with Workbook(target, {"constant_memory": True}) as book:
        book.set_properties({"title": report.title, "company": "Balise"})
        ink, names = Ink(book), Names()
        _summary(report, language, _sheet(book, names.take(language.gettext("Summary"))), ink)
        for n, subject in enumerate(report.subjects):
            _subject(subject, language, book, ink, names)
            tell((n + 1) / (len(report.subjects) + 1))
        _definitions(report, _sheet(book, names.take(language.gettext("Definitions"))), ink)


def _sheet(book: "Workbook", name: str) -> "Worksheet":
    """Set up for A4, as wide as one page."""
    sheet = book.add_worksheet(name)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&R&P / &N")
    return sheet


def _summary(report: Report, language: Language, sheet: "Worksheet", ink: Ink) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 24)
    put(sheet, 0, 0, report.title, ink.title)
    told = headings(report, language)
    for row, line in enumerate(told, 1):
        put(sheet, row, 0, line, ink.soft)
    top = len(told) + 2
    before = [language.gettext("Previous period")] if report.before else []
    for column, head in enumerate(["", language.gettext("Period"), *before]):
        put(sheet, top, column, head, ink.head if column else ink.head_left)
    for row, figure in enumerate(report.figures, top + 1):
        put(sheet, row, 0, figure.name, ink.text)
        put(sheet, row, 1, figure.value, ink.of(figure.kind))
        if report.before:
            put(sheet, row, 2, figure.before, ink.of(figure.kind))


def _subject(
    subject: Subject, language: Language, book: "Workbook", ink: Ink, names: Names
) -> None:
    """One sheet at least, even when there is nothing to say, and another for each million rows."""
    left = iter(subject.rows())
    following = list(islice(left, 1))
    while True:
        sheet = _sheet(book, names.take(subject.name))
        rows = chain(following, islice(left, SHEET_ROWS_MAX - 1 - len(following)))
        count = _table(sheet, subject.columns, rows, ink)
        draw(book, sheet, subject, count)
        following = list(islice(left, 1))
        if not following:
            return


def _table(sheet: "Worksheet", columns: tuple[Column, ...], rows: Iterable[Row], ink: Ink) -> int:
    for index, column in enumerate(columns):
        sheet.set_column(index, index, max(WIDTHS[column.kind], min(len(column.name) + 4, 40)))
        put(sheet, 0, index, column.name, ink.head_left if column.kind == "text" else ink.head)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    looks = [ink.of(column.kind) for column in columns]
    count = 0
    for row in rows:
        count += 1
        for index, cell in enumerate(row):
            put(sheet, count, index, cell, looks[index])
    sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


def _definitions(report: Report, sheet: "Worksheet", ink: Ink) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    for row, definition in enumerate(report.definitions):
        put(sheet, row, 0, definition.name, ink.strong)
        put(sheet, row, 1, definition.text, ink.wrapped)
