"""What went wrong, in plain words and never with a trace."""

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ExceptionHandler

from dashboard.gate import renderer_for, signed_in
from dashboard.rendering import Renderer
from dashboard.security import HEADERS
from schema.errors import BadInput, Unavailable
from schema.languages import N_

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
    429: (
        N_("Too many files at once"),
        N_("Several files are being made for this account. Ask again when one of them is there."),
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
    if not hasattr(request.state, "renderer"):  # no route knows the address, so no gate was passed
        request.state.renderer = _readers_own(request)
    if error.status_code == 401:
        return _ended(request) if request.method == "POST" else _to_login(request)
    return _told(request, error.status_code, error.headers)


def gone(request: Request, error: Exception) -> Response:
    """Pages check what is typed; what is refused nevertheless was removed in that moment."""
    return _told(request, 404, None)


def away(request: Request, error: Exception) -> Response:
    return _told(request, 503, {"Retry-After": str(RETRY_S)})


def failed(request: Request, error: Exception) -> Response:
    """The last resort answers outside of every middleware, so it brings the headers itself."""
    return _told(request, 500, HEADERS)


HANDLERS: Mapping[Any, ExceptionHandler] = {
    HTTPException: refused,
    BadInput: gone,
    Unavailable: away,
    Exception: failed,
}


def _to_login(request: Request) -> Response:
    """And back to where one wanted to go, with what the address asks."""
    return RedirectResponse(f"/login?{urlencode({'next': _address(request)})}", 303)


def _ended(request: Request) -> Response:
    """A session that ended in the middle of a form: it can be sent again, once signed in."""
    kept = {name: text for name, text in request.state.typed.items() if "password" not in name}
    return _renderer(request).page(
        "ended.html", status=401, reader=None, address=_address(request), typed=kept
    )


def _address(request: Request) -> str:
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _told(request: Request, status: int, headers: Mapping[str, str] | None) -> Response:
    family = 500 if status >= 500 else 400
    title, remedy = SENTENCES.get(status, SENTENCES[family])
    return _renderer(request).page(
        "message.html", status=status, headers=headers, reader=None, title=title, remedy=remedy
    )


def _readers_own(request: Request) -> Renderer:
    try:
        return renderer_for(request, signed_in(request))
    except Unavailable:  # the directory is away; the address is wrong all the same
        return renderer_for(request, None)


def _renderer(request: Request) -> Renderer:
    """The reader's, when the gate got that far."""
    if hasattr(request.state, "renderer"):
        renderer: Renderer = request.state.renderer
        return renderer
    return renderer_for(request, None)
