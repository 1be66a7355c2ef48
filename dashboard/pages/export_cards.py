"""`/cards/export.csv`, `.pdf`, `.xlsx`: all cards of an account, or of a group, to take away."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.drawings import Words
from dashboard.exports import answers
from dashboard.exports.document import Report
from dashboard.exports.of_cards import AskedOfSeveral, report
from dashboard.figures.question import Question
from dashboard.figures.read import Place, shown_alone
from dashboard.site import Reader
from dashboard.view import look
from schema.days import local_day
from schema.directory import accounts, card_groups, cards, items
from schema.directory.accounts import Account


def as_csv(request: Request, reader: Reader) -> Response:
    return answers.as_csv(request, _document(request, reader), reader.renderer.language)


def as_pdf(request: Request, reader: Reader) -> Response:
    return answers.as_pdf(_document(request, reader, on_paper=True), reader.renderer.language)


def as_excel(request: Request, reader: Reader) -> Response:
    return answers.as_excel(_document(request, reader), reader.renderer.language)


def _document(request: Request, reader: Reader, *, on_paper: bool = False) -> Report:
    """A file cannot show a sentence beside a field, so it is made only of what is right."""
    place = Place(reader.site.store, reader.site.directory, reader.site.clock())
    asked = _asked(request, reader, place)
    if asked.view.problems:
        raise HTTPException(400)
    if not asked.question.cards:
        raise HTTPException(404)
    return report(place, asked, on_paper=on_paper)


def _asked(request: Request, reader: Reader, place: Place) -> AskedOfSeveral:
    params = request.query_params
    group = params.get("group", "")
    account = _account(reader, place, params.get("account", ""))
    with place.directory.read() as conn:
        every = cards.of_account(conn, account.id)
        members = card_groups.of_account(conn, account.id).get(group, ())
        own = {card.id for card in every}
        labels = {item.code: item.label for item in items.every(conn) if item.card in own}
    some = tuple(card for card in every if not group or card.id in members)
    if not some:
        raise HTTPException(404)
    # Of several todays the latest, as on the page.
    view = look("/cards", params, max(local_day(place.now_ms, card.zone) for card in some))
    question = Question(some, view.choice.period, view.choice.before, view.filters)
    words = Words(reader.renderer.language, labels)
    name = group or account.name
    return AskedOfSeveral(name, shown_alone(place, question), view, reader.sections, words)


def _account(reader: Reader, place: Place, asked: str) -> Account:
    """The reader's own; ops says whose."""
    if reader.account:
        return reader.account
    with place.directory.read() as conn:
        found = accounts.get(conn, asked)
    if found is None:
        raise HTTPException(404)
    return found
