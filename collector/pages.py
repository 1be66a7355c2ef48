"""The few pages of the collector that a visitor reads, in French or English, each in one answer.

Nothing runs on them and nothing is fetched for them: the style is in the page, allowed by its hash.
"""

from base64 import b64encode
from collections.abc import Mapping
from gettext import NullTranslations
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from schema.languages import choose, read_texts
from schema.templates import environment

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"
LOCALES = FOLDER / "locales"
DOMAIN = "collector"
NAMES: Mapping[str, str] = {"fr": "Français", "en": "English"}

_STYLE = (TEMPLATES / "pages.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()

HEADERS: Mapping[str, str] = {
    # A form may end on a card's own site, and browsers hold `form-action` against its redirects.
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; "
        "form-action 'self' http: https:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
    # The card learns which site the visitor comes from, and never which page of it.
    "Referrer-Policy": "strict-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

RETRY: Mapping[str, str] = {"Retry-After": "5"}
"""With a page that may answer better in a moment."""


class Pages:
    def __init__(self) -> None:
        self._environments = {
            code: _environment(code, texts) for code, texts in read_texts(LOCALES, DOMAIN).items()
        }

    def page(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        own = request.query_params.get("lang")
        code = choose(
            self._environments,
            own if own in self._environments else None,
            request.headers.get("accept-language", ""),
        )
        shown = values | {"others": _other_languages(request, code)}
        body = self._environments[code].get_template(template).render(shown)
        return HTMLResponse(body, status, {**HEADERS, **(headers or {})})


def _other_languages(request: Request, code: str) -> list[tuple[str, str, str]]:
    """The same page in each other language: its code, its name, its address."""
    asked = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    return [
        (other, name, "?" + urlencode([*asked, ("lang", other)]))
        for other, name in NAMES.items()
        if other != code
    ]


def _environment(code: str, texts: NullTranslations) -> Environment:
    made = environment(TEMPLATES, texts)
    made.globals.update(language=code, style=Markup(_STYLE))  # noqa: S704 - our own file
    return made
