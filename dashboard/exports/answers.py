"""A document as an answer: a file with its name, in pieces where it may be long."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from dashboard.exports import csv_file
from dashboard.exports.document import Report, Subject
from dashboard.exports.files import MEDIA, write
from dashboard.exports.parts import TREND
from dashboard.exports.wanted import Wanted
from dashboard.exports.words import file_name
from dashboard.languages import Language

PIECE_BYTES: Final = 65_536
IN_MEMORY_BYTES_MAX: Final = 8_000_000
BOMS: Final = {"yes": True, "no": False}


def answer(wanted: Wanted, document: Report) -> Response:
    if wanted.kind == "csv":
        return _csv(document, wanted.params, wanted.language)
    made = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY_BYTES_MAX))  # noqa: SIM115 (closed below)
    write(wanted.kind, document, wanted.language, made)
    headers = _headers(file_name(document, "", wanted.kind))
    return StreamingResponse(_pieces(made), media_type=MEDIA[wanted.kind], headers=headers)


def _csv(document: Report, params: Mapping[str, str], language: Language) -> Response:
    subject = _subject(document, params.get("subject", TREND))
    return StreamingResponse(
        csv_file.write(subject, _style(params, language)),
        media_type=MEDIA["csv"],
        headers=_headers(file_name(document, subject.key, "csv")),
    )


def _subject(document: Report, key: str) -> Subject:
    found = document.subject(key)
    if found is None:
        raise HTTPException(404)
    return found


def _style(params: Mapping[str, str], language: Language) -> csv_file.Style:
    """As the reader's language writes it, unless the address says otherwise."""
    style = csv_file.STYLES.get(params.get("style", language.code))
    bom = BOMS.get(params.get("bom", ""))
    if style is None or ("bom" in params and bom is None):
        raise HTTPException(400)
    return style if bom is None else replace(style, bom=bom)


def _headers(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _pieces(made: BinaryIO) -> Iterator[bytes]:
    with made:
        made.seek(0)
        while piece := made.read(PIECE_BYTES):
            yield piece
