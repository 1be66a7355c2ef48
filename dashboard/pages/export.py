"""`/cards/{card}/export.csv`, `.pdf`, `.xlsx`: the page's figures, to take away.

The address says the same as the page's: days, filters, interval. CSV holds one subject
(`subject=`), written as in French or international files (`style=fr` or `en`, `bom=yes` or `no`).
"""

from collections.abc import Iterator
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.asked import asked_of
from dashboard.exports import csv_file
from dashboard.exports.document import Report, Subject
from dashboard.exports.of_card import report
from dashboard.exports.parts import TREND
from dashboard.exports.words import file_name
from dashboard.figures.read import Place
from dashboard.site import Reader
from schema.directory.cards import Card

PIECE_BYTES: Final = 65_536
IN_MEMORY_BYTES_MAX: Final = 8_000_000
BOMS: Final = {"yes": True, "no": False}
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(request: Request, reader: Reader, card: Card) -> Response:
    document = _document(request, reader, card)
    subject = _subject(document, request.query_params.get("subject", TREND))
    return StreamingResponse(
        csv_file.write(subject, _style(request, reader)),
        media_type="text/csv; charset=utf-8",
        headers=_headers(file_name(document, subject.key, "csv")),
    )


def as_pdf(request: Request, reader: Reader, card: Card) -> Response:
    from dashboard.exports import pdf

    document = _document(request, reader, card)
    made = pdf.write(document, reader.renderer.language)
    return Response(
        made, media_type="application/pdf", headers=_headers(file_name(document, "", "pdf"))
    )


def as_excel(request: Request, reader: Reader, card: Card) -> Response:
    from dashboard.exports import excel

    document = _document(request, reader, card)
    made = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY_BYTES_MAX))  # noqa: SIM115 (closed below)
    excel.write(document, reader.renderer.language, made)
    return StreamingResponse(
        _pieces(made), media_type=EXCEL, headers=_headers(file_name(document, "", "xlsx"))
    )


def _document(request: Request, reader: Reader, card: Card) -> Report:
    """A file cannot show a sentence beside a field, so it is made only of what is right."""
    site = reader.site
    place = Place(site.store, site.directory, site.clock())
    asked = asked_of(request, reader, card, place)
    if asked.view.problems:
        raise HTTPException(400)
    if not asked.question.cards:
        raise HTTPException(404)
    return report(place, asked)


def _subject(document: Report, key: str) -> Subject:
    found = next((each for each in document.subjects if each.key == key), None)
    if found is None:
        raise HTTPException(404)
    return found


def _style(request: Request, reader: Reader) -> csv_file.Style:
    """As the reader's language writes it, unless the address says otherwise."""
    asked = request.query_params
    style = csv_file.STYLES.get(asked.get("style", reader.renderer.language.code))
    bom = BOMS.get(asked.get("bom", ""))
    if style is None or ("bom" in asked and bom is None):
        raise HTTPException(400)
    return style if bom is None else replace(style, bom=bom)


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _pieces(made: BinaryIO) -> Iterator[bytes]:
    with made:
        made.seek(0)
        while piece := made.read(PIECE_BYTES):
            yield piece
