"""`/cards/{card}/export.csv`, `.pdf`, `.xlsx`: the page's figures, to take away.

The address says the same as the page's: days, filters, interval. CSV holds one subject
(`subject=`), written as in French or international files (`style=fr` or `en`, `bom=yes` or `no`).
"""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.asked import asked_of
from dashboard.exports import answers
from dashboard.exports.document import Report
from dashboard.exports.of_card import report
from dashboard.figures.read import Place
from dashboard.site import Reader
from schema.directory.cards import Card


def as_csv(request: Request, reader: Reader, card: Card) -> Response:
    return answers.as_csv(request, _document(request, reader, card), reader.renderer.language)


def as_pdf(request: Request, reader: Reader, card: Card) -> Response:
    return answers.as_pdf(_document(request, reader, card), reader.renderer.language)


def as_excel(request: Request, reader: Reader, card: Card) -> Response:
    return answers.as_excel(_document(request, reader, card), reader.renderer.language)


def _document(request: Request, reader: Reader, card: Card) -> Report:
    """A file cannot show a sentence beside a field, so it is made only of what is right."""
    site = reader.site
    place = Place(site.store, site.directory, site.clock())
    asked = asked_of(request, reader, card, place)
    for wrong in asked.view.problems:
        raise HTTPException(wrong.status)
    if not asked.question.cards:
        raise HTTPException(404)
    return report(place, asked)
