"""`/cards/{card}/export.csv`, `.pdf`, `.xlsx`, and `/cards/export.…` of all cards of an account or
of a group: the page's figures, to take away.

The address says the same as the page's: days, filters, interval. CSV holds one subject
(`subject=`), written as in French or international files (`style=fr` or `en`, `bom=yes` or `no`).
What takes long is made by a job, and waits at an address of its own.
"""

from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.asked_of_several import account_asked
from dashboard.exports import answers
from dashboard.exports.wanted import Kind, Wanted, takes_long
from dashboard.figures.read import Place
from dashboard.gate import CardPage, Page
from dashboard.site import Reader
from schema.directory import accounts
from schema.directory.accounts import Account
from schema.directory.cards import Card


def of_card(kind: Kind) -> CardPage:
    return partial(_of_card, kind)


def of_several(kind: Kind) -> Page:
    return partial(_of_several, kind)


def _of_card(kind: Kind, request: Request, reader: Reader, card: Card) -> Response:
    return _answer(request, reader, kind, _account_of(reader, card), card)


def _of_several(kind: Kind, request: Request, reader: Reader) -> Response:
    return _answer(request, reader, kind, account_asked(reader, request.query_params), None)


def _account_of(reader: Reader, card: Card) -> Account:
    if reader.account:
        return reader.account
    with reader.site.directory.read() as conn:
        account = accounts.get(conn, card.account)
    if account is None:
        raise HTTPException(404)
    return account


def _answer(
    request: Request, reader: Reader, kind: Kind, account: Account, card: Card | None
) -> Response:
    site = reader.site
    wanted = Wanted(kind, account, card, reader.tier, request.query_params, reader.language)
    place = Place(site.store, site.directory, site.clock())
    asked = wanted.asked(place)
    if not takes_long(kind, asked):
        return answers.answer(wanted, wanted.document(place, asked))
    job = site.exporter.ask(wanted, asked, reader.record)
    if job is None:
        raise HTTPException(429)
    return RedirectResponse(f"/exports/{job.id}", 303)
