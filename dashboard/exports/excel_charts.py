"""Native charts beside the rows they are drawn from: they follow when someone edits them."""

from typing import TYPE_CHECKING, Final

from dashboard.charts import ink as colours
from dashboard.charts.values import Bars, Funnel, Grid, Places, Series
from dashboard.exports.document import Subject

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

BARS_MAX: Final = 15
"""More of them cannot be told apart; the rows are sorted, so these are the largest."""
WIDTH_PX: Final = 720


def draw(book: "Workbook", sheet: "Worksheet", subject: Subject, rows: int) -> None:
    drawing = subject.drawing
    if not rows:
        return
    if isinstance(drawing, Series):
        _chart(book, sheet, subject, "line", rows)
    elif isinstance(drawing, Bars | Funnel | Places):
        _chart(book, sheet, subject, "bar", min(rows, BARS_MAX))
    elif isinstance(drawing, Grid):
        scale = {
            "type": "2_color_scale",
            "min_color": colours.LEVELS[0],
            "max_color": colours.LEVELS[3],
        }
        sheet.conditional_format(1, 1, rows, len(subject.columns) - 1, scale)


def _chart(book: "Workbook", sheet: "Worksheet", subject: Subject, kind: str, rows: int) -> None:
    """The first column names the points; the first column of numbers is drawn."""
    drawn = next(n for n, column in enumerate(subject.columns) if column.kind == "count")
    chart = book.add_chart({"type": kind})
    colour = {"color": colours.SEA}
    chart.add_series(
        {
            "name": [sheet.name, 0, drawn],
            "categories": [sheet.name, 1, 0, rows, 0],
            "values": [sheet.name, 1, drawn, rows, drawn],
            "line": {**colour, "width": 2.25} if kind == "line" else {"none": True},
            "fill": colour,
            "gap": 60,
        }
    )
    chart.set_title({"name": subject.columns[drawn].name, "overlay": False})
    chart.set_legend({"none": True})
    rules = {"visible": kind == "line", "line": {"color": colours.LINE}}
    chart.set_y_axis({"reverse": kind == "bar", "major_gridlines": rules})
    chart.set_size({"width": WIDTH_PX, "height": 360 if kind == "line" else 60 + 26 * rows + 40})
    sheet.insert_chart(1, len(subject.columns) + 1, chart)
