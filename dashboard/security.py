"""What every answer carries, and which forms are believed.

No inline script, no style but our own sheets, nothing from elsewhere, no frame: a text that slips
through as HTML has nothing to run. Forms are believed only when the browser says they come from
our own pages (the rule of Go's net/http.CrossOriginProtection), so no token has to travel in them.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.looks import SOURCES

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src {SOURCES}; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Browsers heed it only where the page came over TLS.
    "Strict-Transport-Security": "max-age=31536000",
    # Figures on a borrowed phone must not come back with the back button after signing out.
    "Cache-Control": "no-store",
}


class SecureHeaders:
    """Adds the headers that an answer does not set itself. A plain ASGI wrapper."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)


def from_our_pages(headers: Mapping[str, str], origin: str) -> bool:
    """Whether a form was sent by one of our own pages, or by something that is not a browser."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    sender = headers.get("origin")
    if sender is None:
        return True  # no browser leaves both out of a POST, and others carry no one's cookie
    return sender == origin or urlsplit(sender).netloc == headers.get("host", "")
