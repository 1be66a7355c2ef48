"""The demo's cards as visitors see them: page, contact file, notice, and a gallery to scan from.

The pages carry the real script and real buttons, and work without any script.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from balise.demo.buttons import buttons
from balise.demo.enrol import card_address
from balise.demo.people import ACCOUNTS, CARD_BY_ID, DemoCard
from balise.demo.shared import items_of, shares
from balise.demo.vcard import vcard
from dashboard.languages import Language, read_languages
from dashboard.qr import svg
from schema.clock import Clock, system_clock
from schema.items import short_link
from schema.languages import choose
from schema.tiers import CATALOGUE

FOLDER = Path(__file__).parent
DOMAIN = "demo"

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    # Not `no-store`: a card must be able to come back from the browser's back/forward cache.
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Tile:
    card: DemoCard
    tier: str
    qr: Markup


def routes(origin: str, clock: Clock = system_clock) -> list[BaseRoute]:
    pages = _Pages(origin, clock)
    return [
        Route("/c", _to_the_gallery),
        Route("/c/", pages.gallery),
        Mount("/c/files", StaticFiles(directory=FOLDER / "static")),
        Route("/c/{card}.vcf", pages.contact_file),
        Route("/c/{card}.webmanifest", pages.manifest),
        Route("/c/{card}/notice", pages.notice),
        Route("/c/{card}", pages.card),
    ]


async def _to_the_gallery(request: Request) -> Response:
    return RedirectResponse("/c/")


class _Pages:
    def __init__(self, origin: str, clock: Clock) -> None:
        self._origin = origin
        self._clock = clock
        self._languages = read_languages(FOLDER / "locales", DOMAIN)
        self._environments = {
            code: _environment(language) for code, language in self._languages.items()
        }

    async def card(self, request: Request) -> Response:
        card = CARD_BY_ID.get(request.path_params["card"])
        if card is None:
            return self._page(request, "missing.html", status=404)
        shown = buttons(card)
        return self._page(
            request,
            "card.html",
            card=card,
            main=[button for button in shown if button.place == "main"],
            quick=[button for button in shown if button.place == "quick"],
            rows=[button for button in shown if button.place == "list"],
            shares=shares(card_address(self._origin, card), card.full_name),
            qr=self._qr(card),
            local_time=self._local_time(request, card.zone),
        )

    async def contact_file(self, request: Request) -> Response:
        card = CARD_BY_ID.get(request.path_params["card"])
        if card is None:
            return self._page(request, "missing.html", status=404)
        return Response(
            vcard(card, card_address(self._origin, card), _portrait(card)),
            media_type="text/vcard",
            headers={
                "Content-Disposition": f'attachment; filename="{card.id}.vcf"',
                "Cache-Control": "no-cache",
            },
        )

    async def manifest(self, request: Request) -> Response:
        """What a phone needs to keep the card on its home screen."""
        card = CARD_BY_ID.get(request.path_params["card"])
        if card is None:
            return self._page(request, "missing.html", status=404)
        portrait = {"src": f"/c/files/portraits/{card.id}.png", "sizes": "192x192"}
        told = {
            "name": card.full_name,
            "short_name": card.first_name,
            "description": card.pitch,
            "lang": "fr",
            "id": f"/c/{card.id}",
            "start_url": f"/c/{card.id}?src=link",
            "scope": f"/c/{card.id}",
            "display": "standalone",
            "icons": [portrait | {"type": "image/png", "purpose": "any"}],
        }
        return JSONResponse(
            told,
            media_type="application/manifest+json",
            headers={"Cache-Control": "no-cache"},
        )

    async def notice(self, request: Request) -> Response:
        card = CARD_BY_ID.get(request.path_params["card"])
        if card is None:
            return self._page(request, "missing.html", status=404)
        return self._page(request, "notice.html", card=card)

    async def gallery(self, request: Request) -> Response:
        tiles = [
            Tile(card, CATALOGUE[account.tier].label, self._qr(card))
            for account in ACCOUNTS
            for card in account.cards
        ]
        place = urlsplit(self._origin)
        return self._page(
            request,
            "cards.html",
            tiles=tiles,
            only_here=place.hostname in _LOOPBACK,
            port=place.port,
        )

    def _page(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        environment = self._environments[self._language(request).code]
        return HTMLResponse(environment.get_template(template).render(values), status, HEADERS)

    def _language(self, request: Request) -> Language:
        accepted = request.headers.get("accept-language", "")
        return self._languages[choose(self._languages, None, accepted)]

    def _local_time(self, request: Request, zone: str) -> str:
        now = datetime.fromtimestamp(self._clock() / 1000, ZoneInfo(zone))
        return format_time(now, "short", locale=self._language(request).locale)

    def _qr(self, card: DemoCard) -> Markup:
        """The one on the printed card."""
        printed, *_ = items_of(card)
        return Markup(svg(short_link(self._origin, printed.code)))  # noqa: S704 - our own drawing


def _portrait(card: DemoCard) -> bytes:
    return (FOLDER / "static" / "portraits" / f"{card.id}.png").read_bytes()


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    environment.globals["language"] = language
    return environment
