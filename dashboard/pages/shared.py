"""`/s/{token}`: one card, to look at, for whoever has the link. The page can be put in a frame.

Nobody signs in here: the page shows what the card's account has bought, and changes nothing.
"""

from dataclasses import replace

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.attempts import EMAIL_ATTEMPTS_MAX
from dashboard.pages.card import parts_of
from dashboard.security import HEADERS
from dashboard.site import Reader, Site
from schema.directory import accounts, cards, secrets, shared_links
from schema.directory.cards import Card
from schema.directory.shared_links import SharedLink
from schema.languages import N_

COOKIE = "balise_link"
COOKIE_AGE_S = 12 * 3_600

OVER = N_("This link is no longer good")
ASK = N_("It was revoked, or its time is over. Ask whoever gave it to you for a new one.")
_FRAMED = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")


def show(request: Request, reader: Reader) -> Response:
    link = _link(request, reader)
    if link is None:
        return _over(reader)
    if link.has_password and not _knows_password(request, reader.site, link):
        return _ask(reader)
    return _card(request, reader, link, framed=False)


def enter(request: Request, reader: Reader) -> Response:
    """With the password, for half a day in this browser."""
    site, link = reader.site, _link(request, reader)
    if link is None:
        return _over(reader)
    wait_s = site.attempts.take({f"link {link.id}": EMAIL_ATTEMPTS_MAX}, site.clock())
    if wait_s:
        return _ask(reader, wait_s=wait_s)
    token, password = request.path_params["token"], reader.form.get("password", "")
    with site.directory.read() as conn:
        right = shared_links.opens(conn, token, password, site.clock())
    if not right:
        return _ask(reader, refused=True)
    response = RedirectResponse(f"/s/{token}", 303)
    response.set_cookie(
        COOKIE,
        _signer(site).sign(link.id).decode(),
        max_age=COOKIE_AGE_S,
        path=f"/s/{token}",
        secure=site.origin.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return response


def framed(request: Request, reader: Reader) -> Response:
    """In a page of someone else, where cookies do not reach: links with a password stay closed."""
    link = _link(request, reader)
    if link is None or link.has_password:
        return _over(reader)
    return _card(request, reader, link, framed=True)


def _link(request: Request, reader: Reader) -> SharedLink | None:
    with reader.site.directory.read() as conn:
        return shared_links.find(conn, request.path_params["token"], reader.site.clock())


def _card(request: Request, reader: Reader, link: SharedLink, *, framed: bool) -> Response:
    guest, card = _guest(reader, link)
    figures, part_of_period, contents = parts_of(request, guest, card)
    return guest.renderer.page(
        "shared.html",
        headers={"Content-Security-Policy": _FRAMED} if framed else None,
        reader=None,
        card=card,
        framed=framed,
        figures=figures,
        part_of_period=part_of_period,
        contents=contents,
    )


def _guest(reader: Reader, link: SharedLink) -> tuple[Reader, Card]:
    """Whoever looks, with what the account has bought and no more."""
    with reader.site.directory.read() as conn:
        card = cards.get(conn, link.card)
        account = accounts.get(conn, card.account) if card else None
    if card is None:
        raise LookupError("A link goes with its card.")
    return replace(reader, user=None, account=account), card


def _knows_password(request: Request, site: Site, link: SharedLink) -> bool:
    try:
        known = _signer(site).unsign(request.cookies.get(COOKIE, ""), max_age=COOKIE_AGE_S)
    except BadSignature:
        return False
    return known.decode() == link.id


def _signer(site: Site) -> TimestampSigner:
    key = secrets.shared(site.directory, secrets.LINK_KEY, site.clock())
    return TimestampSigner(key, salt="shared link")


def _ask(reader: Reader, *, refused: bool = False, wait_s: int = 0) -> Response:
    return reader.renderer.page(
        "shared_password.html",
        status=429 if wait_s else 422 if refused else 200,
        headers={"Retry-After": str(wait_s)} if wait_s else None,
        reader=None,
        refused=refused,
        wait_minutes=-(-wait_s // 60),
    )


def _over(reader: Reader) -> Response:
    return reader.renderer.page("message.html", status=404, reader=None, title=OVER, remedy=ASK)
