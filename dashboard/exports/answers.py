"""A document as an answer: a file with its name, in pieces where it may be long."""

from collections.abc import Iterator
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from dashboard.exports import csv_file
from dashboard.exports.document import Report, Subject
from dashboard.exports.parts import TREND
from dashboard.exports.words import file_name
from dashboard.languages import Language

PIECE_BYTES: Final = 65_536
IN_MEMORY_BYTES_MAX: Final = 8_000_000
BOMS: Final = {"yes": True, "no": False}
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(request: Request, document: Report, language: Language) -> Response:
    subject = _subject(document, request.query_params.get("subject", TREND))
    return StreamingResponse(
        csv_file.write(subject, _style(request, language)),
        media_type="text/csv; charset=utf-8",
        headers=_headers(file_name(document, subject.key, "csv")),
    )


def as_pdf(document: Report, language: Language) -> Response:
    from dashboard.exports import pdf

    made = pdf.write(document, language)
    headers = _headers(file_name(document, "", "pdf"))
    return Response(made, media_type="application/pdf", headers=headers)


def as_excel(document: Report, language: Language) -> Response:
    from dashboard.exports import excel

    made = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY_BYTES_MAX))  # noqa: SIM115 (closed below)
    excel.write(document, language, made)
    headers = _headers(file_name(document, "", "xlsx"))
    return StreamingResponse(_pieces(made), media_type=EXCEL, headers=headers)


def _subject(document: Report, key: str) -> Subject:
    found = next((each for each in document.subjects if each.key == key), None)
    if found is None:
        raise HTTPException(404)
    return found


def _style(request: Request, language: Language) -> csv_file.Style:
    """As the reader's language writes it, unless the address says otherwise."""
    asked = request.query_params
    style = csv_file.STYLES.get(asked.get("style", language.code))
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
