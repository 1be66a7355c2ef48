"""`GET /q/{code}`: from what is printed to where the card is today.

It only sends on, with the medium and the signed item in the address: what counts is the card's
page being seen, so a look ahead by a browser, a mail scanner or a preview counts nothing here.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from collector.addresses import with_params
from collector.pages import RETRY, Pages
from collector.route import OwnRoute
from schema.directory import cards, items
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.items import Item
from schema.errors import BaliseError
from schema.items import LINK_PATH, sign

# A card moves and a code is revoked: neither may wait for somebody's cache.
_FRESH = {"Cache-Control": "no-store"}


def routes(directory: Directory, item_key: bytes, pages: Pages) -> Sequence[BaseRoute]:
    def follow(request: Request) -> Response:
        try:
            item, card = _find(directory, request.path_params["code"])
        except BaliseError:
            return pages.page(request, "link_away.html", status=503, headers=RETRY)
        if item is None or card is None:
            return pages.page(request, "link_unknown.html", status=404)
        if item.revoked_ms is not None:
            return pages.page(request, "link_revoked.html", status=410)
        token = sign(item_key, card=card.id, code=item.code, medium=item.medium)
        return RedirectResponse(
            with_params(card.url, src=item.medium, item=token), 302, headers=_FRESH
        )

    return [OwnRoute(f"{LINK_PATH}{{code:path}}", follow)]


def _find(directory: Directory, code: str) -> tuple[Item | None, Card | None]:
    with directory.read() as conn:
        item = items.get(conn, code)
        return item, cards.get(conn, item.card) if item else None
