"""`/login`: an e-mail, a password, and back to the page that was asked for."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.requests import visitor_address
from dashboard.attempts import ADDRESS_ATTEMPTS_MAX, EMAIL_ATTEMPTS_MAX, line_of
from dashboard.pages import code
from dashboard.site import Reader, Site
from schema.directory import users
from schema.directory.checks import EMAIL_CHARS_MAX


def show(request: Request, reader: Reader) -> Response:
    if reader.user is not None:
        return RedirectResponse("/", 303)
    return _form(reader, next_path=request.query_params.get("next", ""))


def sign_in(request: Request, reader: Reader) -> Response:
    site, now_ms = reader.site, reader.site.clock()
    email = reader.form.get("email", "").strip()
    next_path = reader.form.get("next", "")
    limits = _limits(email, address_of(request, site))
    wait_s = site.attempts.take(limits, now_ms)
    if wait_s:
        return _form(reader, email=email, next_path=next_path, wait_s=wait_s)
    with site.directory.read() as conn:
        user = users.verify(conn, email, reader.form.get("password", ""))
    if user is None:
        return _form(reader, email=email, next_path=next_path, refused=True)
    site.attempts.give_back(limits, now_ms)
    return code.go_on(request, reader, user, next_path)


def _form(
    reader: Reader,
    *,
    email: str = "",
    next_path: str = "",
    refused: bool = False,
    wait_s: int = 0,
) -> Response:
    """The page, with everything that was typed but the password."""
    return reader.renderer.page(
        "login.html",
        status=429 if wait_s else 422 if refused else 200,
        headers={"Retry-After": str(wait_s)} if wait_s else None,
        reader=reader,
        email=email,
        next_path=next_path,
        refused=refused,
        wait_minutes=-(-wait_s // 60),
    )


def _limits(email: str, address: str) -> Mapping[str, int]:
    return {
        f"email {email.casefold()[:EMAIL_CHARS_MAX]}": EMAIL_ATTEMPTS_MAX,
        f"address {address}": ADDRESS_ATTEMPTS_MAX,
    }


def address_of(request: Request, site: Site) -> str:
    """Of the line that is asking."""
    peer = request.client.host if request.client else ""
    return line_of(visitor_address(peer, request.headers.raw, site.trusted_proxies))
