"""A document in the format of a file, written to the end of it."""

from typing import BinaryIO, Final

from dashboard.exports import excel, pdf
from dashboard.exports.document import Report, Told, untold
from dashboard.languages import Language

MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(
    kind: str, report: Report, language: Language, target: BinaryIO, tell: Told = untold
) -> None:
    if kind == "pdf":
        target.write(pdf.write(report, language, tell))
    else:
        excel.write(report, language, target, tell)
