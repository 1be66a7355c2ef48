"""`/cards/{card}`: is my card used? And its figures alone, which the page asks for every second."""

from collections.abc import Mapping
from hashlib import blake2b

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard.corner import doors
from dashboard.figures.essentiel import essentiel, today_and_ever
from dashboard.figures.read import Place, read
from dashboard.headline import headline
from dashboard.offers import OFFERS, tier_with
from dashboard.pages.card_period import NOTHING_TYPED, Typed, period_part
from dashboard.site import Reader
from schema.directory import cards
from schema.directory.cards import Card
from schema.targets import TARGETS
from schema.tiers import CATALOGUE

LABELS: Mapping[str, str] = {target.name: target.label for target in TARGETS}


def show(request: Request, reader: Reader, card: Card) -> Response:
    return page(request, reader, card, NOTHING_TYPED)


def page(request: Request, reader: Reader, card: Card, typed: Typed) -> Response:
    place = place_of(reader)
    return reader.renderer.page(
        "card.html",
        reader=reader,
        card=card,
        several=_has_several(reader),
        doors=doors(reader, card),
        figures=figures_of(reader, card, place),
        part_of_period=period_part(request, reader, card, place, typed),
        locked=[
            (offer, CATALOGUE[tier_with(section)].label)
            for section, offer in OFFERS.items()
            if section not in reader.sections
        ],
    )


def figures(request: Request, reader: Reader, card: Card) -> Response:
    """The moving part of the page, or 304 while nothing has moved."""
    body = figures_of(reader, card, place_of(reader))
    etag = f'"{blake2b(body.encode(), digest_size=12).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return HTMLResponse(body, headers={"ETag": etag})


def place_of(reader: Reader) -> Place:
    return Place(reader.site.store, reader.site.directory, reader.site.clock())


def _has_several(reader: Reader) -> bool:
    if reader.account is None:
        return True
    with reader.site.directory.read() as conn:
        return len(cards.of_account(conn, reader.account.id)) > 1


def figures_of(reader: Reader, card: Card, place: Place) -> Markup:
    question = today_and_ever(card, place.now_ms)
    counted = read(place, question, essentiel(question))
    return reader.renderer.text(
        "figures.html",
        figures=counted,
        headline=headline(counted, reader.renderer.language),
        labels=LABELS,
    )
