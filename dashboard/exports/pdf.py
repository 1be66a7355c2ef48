"""The report on paper: A4, tagged, in the reader's language, with the page's own drawings.

`report.typ` lays it out; it gets all texts as JSON. Only fonts of ours and of typst are used, so
the same report looks the same from every machine.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dashboard.charts.figure import svg
from dashboard.charts.values import Drawing, Places, Series
from dashboard.exports.cells import told
from dashboard.exports.document import Figure, Report, Row, Subject, Told, untold
from dashboard.exports.words import headings
from dashboard.languages import Language
from dashboard.plain import clean
from dashboard.qr import svg as qr_code

if TYPE_CHECKING:
    from typst import Fonts, PDFStandard

HERE: Final = Path(__file__).parent
STANDARD: Final = "ua-1"
"""PDF/UA: readable by people who do not see it."""
DRAWING_WIDTH: Final = 640
"""In pixels of the drawing; its letters then come out a little smaller than the text."""
TITLE_MAX: Final = 200
"""Of a title, on paper; a name of thousands of letters would fill the cover."""
LONG_WORD: Final = re.compile(r"\S{24}(?=\S)")
NO_FONT: Final = "could not be displayed"


def write(report: Report, language: Language, tell: Told = untold) -> bytes:
    """Half of the work is typst's, of which it tells nothing until it is done."""
    from typst import TypstError

    tell(0.0)
    inputs = {"report": json.dumps(_values(report, language), ensure_ascii=False)}
    tell(0.5)
    try:
        return _compiled(inputs, [STANDARD])
    except TypstError as error:
        if NO_FONT not in str(error):
            raise
        # A script that no font of ours has: tagged all the same, but it may not claim the standard.
        return _compiled(inputs, [])


def _compiled(inputs: dict[str, str], standards: "list[PDFStandard]") -> bytes:
    from typst import compile

    return compile(
        HERE / "report.typ",
        format="pdf",
        sys_inputs=inputs,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        pdf_standards=standards,
    )


@cache
def _fonts() -> "Fonts":
    from typst import Fonts

    return Fonts(include_system_fonts=False, font_paths=[HERE / "fonts"])


def _values(report: Report, language: Language) -> dict[str, Any]:
    _ = language.gettext
    period, *lines = headings(report, language)
    title = _paper(_short(report.title))
    return {
        "lang": language.code,
        "title": title,
        "title_size": 30 if len(title) <= 40 else 18,
        "running": f"{title} · {period}",
        "keywords": [subject.name for subject in report.subjects],
        "period": period,
        "told": [_paper(line) for line in lines[:-2]],
        "small": [_paper(line) for line in lines[-2:]],
        "qr": qr_code(report.address) if report.address else "",
        "figures": [_figure(figure, language) for figure in report.figures],
        "chapters": [_chapter(subject, language) for subject in report.subjects],
        "definitions": [{"name": each.name, "text": each.text} for each in report.definitions],
        "words": {
            "brand": "Balise",
            "page": _("Page"),
            "qr": _("QR code of the card"),
            "empty": _("Nobody came this way in these days."),
            "definitions": _("What each figure means"),
        },
    }


def _paper(text: str) -> str:
    """A word wider than its column may be broken: paper has no scroll bar."""
    return LONG_WORD.sub("\\g<0>\N{ZERO WIDTH SPACE}", clean(text))


def _short(text: str) -> str:
    return text if len(text) <= TITLE_MAX else text[: TITLE_MAX - 1] + "…"


def _figure(figure: Figure, language: Language) -> dict[str, str]:
    before = ""
    if figure.before is not None:
        said = {"n": told(figure.before, figure.kind, language)}
        before = language.gettext("%(n)s in the previous period") % said
    return {
        "name": _paper(figure.name),
        "value": told(figure.value, figure.kind, language),
        "before": before,
    }


def _chapter(subject: Subject, language: Language) -> dict[str, Any]:
    return {
        "name": _paper(subject.name),
        "note": _paper(subject.note),
        "columns": [
            {"name": _paper(column.name), "right": column.kind not in ("text", "day", "hour")}
            for column in subject.columns
        ],
        "rows": [_told(row, subject, language) for row in subject.rows()],
        **_drawn(subject.drawing, language),
    }


def _told(row: Row, subject: Subject, language: Language) -> list[str]:
    cells = zip(row, subject.columns, strict=True)
    return [_paper(told(cell, column.kind, language)) for cell, column in cells]


def _legend(drawing: Drawing) -> list[str]:
    if isinstance(drawing, Series) and drawing.before_name:
        return [_paper(drawing.name), _paper(drawing.before_name)]
    return []


def _drawn(drawing: Drawing | None, language: Language) -> dict[str, Any]:
    if drawing is None:
        return {"drawing": "", "alt": "", "width": 0, "legend": []}
    alt = language.gettext("Drawing: %(name)s. The table below says the same.")
    return {
        "drawing": svg(drawing, language, DRAWING_WIDTH),
        "alt": alt % {"name": _paper(drawing.name)},
        "width": 52 if isinstance(drawing, Places) and drawing.area == "france" else 100,
        "legend": _legend(drawing),
    }
