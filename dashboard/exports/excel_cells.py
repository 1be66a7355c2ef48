"""Cells of a workbook: real numbers and days, and texts that stay texts."""

from datetime import date
from typing import TYPE_CHECKING, Final

from dashboard.charts import ink as colours
from dashboard.exports.document import Cell, Kind
from dashboard.plain import clean

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

TEXT_MAX: Final = 32_767
"""Of one cell; Excel would call a file with a longer one broken."""

# Numbers of formats that every Excel writes in the reader's own way.
_OWN_DAY: Final = 14
_NUMBERS: Final[dict[Kind, object]] = {
    "count": "#,##0",
    "seconds": "#,##0",
    "rate": "0.0%",
    "day": _OWN_DAY,
    "hour": "yyyy-mm-dd hh:mm",
}


class Ink:
    """The looks of a workbook, each made once: Excel keeps a table of them."""

    def __init__(self, book: "Workbook") -> None:
        head = {"bold": True, "font_color": "#ffffff", "bg_color": colours.SEA, "valign": "vcenter"}
        self.title = book.add_format({"bold": True, "font_size": 18, "font_color": colours.INK})
        self.soft = book.add_format({"font_color": colours.SOFT})
        self.strong = book.add_format({"bold": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.head = book.add_format({**head, "align": "right"})
        self.head_left = book.add_format({**head, "align": "left"})
        self.text = book.add_format()
        self._kinds = {
            kind: book.add_format({"num_format": number}) for kind, number in _NUMBERS.items()
        }

    def of(self, kind: Kind) -> "Format":
        return self._kinds.get(kind, self.text)


def put(sheet: "Worksheet", row: int, column: int, cell: Cell, look: "Format") -> None:
    """An unknown is an empty cell: a zero would be counted."""
    if isinstance(cell, str):
        sheet.write_string(row, column, clean(cell)[:TEXT_MAX], look)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, look)
    elif cell is not None:
        sheet.write_number(row, column, cell, look)
