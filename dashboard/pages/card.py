"""`/cards/{card}`: is my card used? And its figures alone, which the page asks for every second."""

from collections.abc import Mapping
from hashlib import blake2b

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard.headline import headline
from dashboard.queries import essentiel
from dashboard.site import Reader
from schema.directory import cards
from schema.directory.cards import Card
from schema.targets import TARGETS

LABELS: Mapping[str, str] = {target.name: target.label for target in TARGETS}


def show(request: Request, reader: Reader, card: Card) -> Response:
    return reader.renderer.page(
        "card.html",
        reader=reader,
        card=card,
        several=_has_several(reader),
        figures=_figures(reader, card),
    )


def figures(request: Request, reader: Reader, card: Card) -> Response:
    """The moving part of the page, or 304 while nothing has moved."""
    body = _figures(reader, card)
    etag = f'"{blake2b(body.encode(), digest_size=12).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return HTMLResponse(body, headers={"ETag": etag})


def _has_several(reader: Reader) -> bool:
    if reader.account is None:
        return True
    with reader.site.directory.read() as conn:
        return len(cards.of_account(conn, reader.account.id)) > 1


def _figures(reader: Reader, card: Card) -> Markup:
    site, language = reader.site, reader.renderer.language
    counted = essentiel(site.store, site.directory, card, site.clock())
    return reader.renderer.text(
        "figures.html", figures=counted, headline=headline(counted, language), labels=LABELS
    )
