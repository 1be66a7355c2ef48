"""What went wrong, in plain words and never with a trace."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ExceptionHandler

from dashboard.rendering import Renderer
from dashboard.security import HEADERS
from schema.errors import Unavailable
from schema.languages import N_, choose

RETRY_S = 5

# Title and remedy by status; a status that is not here is told as its family is.
SENTENCES: Mapping[int, tuple[str, str]] = {
    400: (
        N_("This request could not be read"),
        N_("Something in the address or the form is not as it should be. Go back and try again."),
    ),
    403: (
        N_("This page is not open to you"),
        N_("Your account does not include it, or the request came from another site."),
    ),
    404: (
        N_("This page does not exist"),
        N_("The address is wrong, or what was here has been removed."),
    ),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing is lost: visits are still counted. Try again in a moment."),
    ),
    503: (
        N_("The figures cannot be read right now"),
        N_("Nothing is lost: visits are still counted. Try again in a moment."),
    ),
}


def refused(request: Request, error: Exception) -> Response:
    error = cast(HTTPException, error)
    if error.status_code == 401:
        return RedirectResponse(f"/login?{urlencode({'next': request.url.path})}", 303)
    return _told(request, error.status_code, error.headers)


def away(request: Request, error: Exception) -> Response:
    return _told(request, 503, {"Retry-After": str(RETRY_S)})


def failed(request: Request, error: Exception) -> Response:
    """The last resort answers outside of every middleware, so it brings the headers itself."""
    return _told(request, 500, HEADERS)


HANDLERS: Mapping[Any, ExceptionHandler] = {
    HTTPException: refused,
    Unavailable: away,
    Exception: failed,
}


def _told(request: Request, status: int, headers: Mapping[str, str] | None) -> Response:
    family = 500 if status >= 500 else 400
    title, remedy = SENTENCES.get(status, SENTENCES[family])
    return _renderer(request).page(
        "message.html", status=status, headers=headers, reader=None, title=title, remedy=remedy
    )


def _renderer(request: Request) -> Renderer:
    """The reader's, when the gate got that far."""
    if hasattr(request.state, "renderer"):
        renderer: Renderer = request.state.renderer
        return renderer
    known = request.app.state.site.renderers
    chosen: Renderer = known[choose(known, None, request.headers.get("accept-language", ""))]
    return chosen
