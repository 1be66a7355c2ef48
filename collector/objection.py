"""`/objection?card=…`: one click, and the card does not count this visitor any more.

Browsers keep what a site stores apart by the site on top, so the choice has to end on the card's
own: the click leads back to the card with `balise=off` (or `on`) in the address, and the script
there stores it and takes it out of the address. Nothing is written here, of anyone.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from collector.addresses import with_params
from collector.pages import HEADERS, RETRY, Pages
from collector.route import OwnRoute
from schema.directory import cards
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.errors import BaliseError

PATH = "/objection"
MARKER = "balise"
CHOICES = ("off", "on")


def routes(directory: Directory, pages: Pages) -> Sequence[BaseRoute]:
    def show(request: Request) -> Response:
        try:
            card = _card(directory, request.query_params.get("card", ""))
        except BaliseError:
            return pages.page(request, "objection_away.html", status=503, headers=RETRY)
        if card is None:
            return pages.page(request, "objection_unknown.html", status=404)
        choice = request.query_params.get("choice")
        if request.method == "POST" and choice in CHOICES and _is_own_form(request):
            return RedirectResponse(
                with_params(card.url, **{MARKER: choice}), 303, headers=dict(HEADERS)
            )
        return pages.page(
            request, "objection.html", card=card, site=urlsplit(card.url).hostname, path=PATH
        )

    return [OwnRoute(PATH, show, methods=["GET", "POST"])]


def _card(directory: Directory, id: str) -> Card | None:
    with directory.read() as conn:
        return cards.get(conn, id)


def _is_own_form(request: Request) -> bool:
    """Nobody chooses for a visitor: a form on another site only gets to see the page."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
