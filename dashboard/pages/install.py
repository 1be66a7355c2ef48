"""`/cards/{card}/install`: the tag to paste, and whether a trial visit arrives."""

from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from collector import script
from dashboard import trial
from dashboard.site import Reader
from schema.directory.cards import Card
from schema.targets import TARGETS


@dataclass(frozen=True, slots=True)
class Notice:
    """Words for a card's page: in the language of its visitors, which may not be its owner's."""

    language: str
    name: str
    link: str
    receipt: str


NOTICES = (
    Notice(
        "fr",
        "En français",
        "Ce que cette carte compte",
        "Votre choix est retenu : cette carte ne vous compte pas.",
    ),
    Notice(
        "en",
        "In English",
        "What this card counts",
        "Your choice is kept: this card does not count you.",
    ),
)


SHARE_LINKS = (
    ("whatsapp", "WhatsApp", "https://wa.me/?text="),
    ("linkedin", "LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?url="),
    ("facebook", "Facebook", "https://www.facebook.com/sharer/sharer.php?u="),
    ("email", "E-mail", "mailto:?body="),
    ("sms", "SMS", "sms:?&body="),
)
"""Channels of a share button: each word, its label, and what stands before the card's address. The
script puts the tagged address in place of the one behind it."""


def show(request: Request, reader: Reader, card: Card) -> Response:
    site = reader.site
    asked = request.query_params.get("trial", "")
    code = asked if trial.is_code(asked) else trial.new_code()
    return reader.renderer.page(
        "install.html",
        reader=reader,
        card=card,
        origin=site.origin,
        pinned=script.hashed_path(),
        integrity=script.integrity(),
        targets=TARGETS,
        share_links=SHARE_LINKS,
        quoted_url=quote(card.url, safe=""),
        notices=NOTICES,
        code=code,
        asked=asked == code,
        way=trial.way(site.directory, card, code, site.clock()),
        result=_result(reader, card, code),
    )


def check(request: Request, reader: Reader, card: Card) -> Response:
    """The answer alone, which the page asks for while it waits."""
    code = request.query_params.get("trial", "")
    return HTMLResponse(_result(reader, card, code) if trial.is_code(code) else "")


def _result(reader: Reader, card: Card, code: str) -> Markup:
    """Nothing until the visit has arrived."""
    site = reader.site
    arrived = trial.arrived(site.store, card, code, site.clock())
    if arrived is None:
        return Markup()
    at = arrived.at.astimezone(ZoneInfo(card.zone))
    return reader.renderer.text("trial.html", arrived=arrived, time=f"{at:%H:%M:%S}")
