"""`/cards/{card}/own`: do not count my own devices, each told once (CARD-18).

A browser keeps storage apart by the site on top, so the switch lies on the card's own site: the
address below, opened on a device, stores it there, and nothing is sent from then on. The beacon
has the switch already, for those who object; it needs nobody to be signed in on that device.
"""

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from collector.addresses import with_params
from collector.objection import MARKER
from dashboard import qr
from dashboard.site import Reader
from schema.directory.cards import Card


def show(request: Request, reader: Reader, card: Card) -> Response:
    address = with_params(card.url, **{MARKER: "off"})
    return reader.renderer.page(
        "own.html",
        reader=reader,
        card=card,
        address=address,
        picture=Markup(qr.svg(address)),  # noqa: S704 (drawn by us)
        origin=reader.site.origin,
    )
