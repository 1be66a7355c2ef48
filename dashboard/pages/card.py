"""`/cards/{card}`: is my card used? And its figures alone, which the page asks for every second."""

from collections.abc import Mapping
from hashlib import blake2b

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dashboard.corner import doors
from dashboard.figures.essentiel import Essentiel, essentiel, today_and_ever
from dashboard.figures.read import Batch, Place, read
from dashboard.headline import headline
from dashboard.offers import OFFERS, tier_with
from dashboard.pages.card_period import NOTHING_TYPED, Contents, Typed, period_part
from dashboard.site import Reader
from schema.directory import cards
from schema.directory.cards import Card
from schema.targets import TARGETS
from schema.tiers import CATALOGUE, Section

LABELS: Mapping[str, str] = {target.name: target.label for target in TARGETS}


def show(request: Request, reader: Reader, card: Card) -> Response:
    return page(request, reader, card, NOTHING_TYPED)


def page(request: Request, reader: Reader, card: Card, typed: Typed) -> Response:
    figures, part_of_period, contents = parts_of(request, reader, card, typed)
    words = reader.renderer.language
    return reader.renderer.page(
        "card.html",
        reader=reader,
        card=card,
        several=_has_several(reader),
        doors=doors(reader, card),
        figures=figures,
        part_of_period=part_of_period,
        contents=contents,
        offers=[
            (words.gettext(offer.title), words.gettext(offer.sentence), _first_tier(section))
            for section, offer in OFFERS.items()
            if section not in reader.sections
        ],
    )


def figures(request: Request, reader: Reader, card: Card) -> Response:
    """The moving part of the page, or 304 while nothing has moved."""
    place = place_of(reader)
    question = today_and_ever(card, place.now_ms)
    body = _drawn(reader, read(place, question, essentiel(question)))
    etag = f'"{blake2b(body.encode(), digest_size=12).hexdigest()}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return HTMLResponse(body, headers={"ETag": etag})


def _first_tier(section: Section) -> str:
    return CATALOGUE[tier_with(section)].label


def parts_of(
    request: Request, reader: Reader, card: Card, typed: Typed = NOTHING_TYPED
) -> tuple[Markup, Markup, Contents]:
    """The figures of now, those of a period and what the menu says of them, with one reading of the
    card for all."""
    place = place_of(reader)
    question = today_and_ever(card, place.now_ms)
    batch = Batch(place, question)
    counted = batch.add(essentiel(question))
    text, contents = period_part(request, reader, card, place, typed, batch)
    return _drawn(reader, counted()), text, contents


def place_of(reader: Reader) -> Place:
    return Place(reader.site.store, reader.site.directory, reader.site.clock())


def _has_several(reader: Reader) -> bool:
    if reader.account is None:
        return True
    with reader.site.directory.read() as conn:
        return len(cards.of_account(conn, reader.account.id)) > 1


def _drawn(reader: Reader, counted: Essentiel) -> Markup:
    return reader.renderer.text(
        "figures.html",
        figures=counted,
        headline=headline(counted, reader.renderer.language),
        labels=LABELS,
    )
