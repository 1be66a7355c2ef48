"""The way into every page: who asks, in which language, for which card, and is it allowed.

Pages are plain functions that run in the thread pool, because stores and directory block.
"""

from collections.abc import Awaitable, Callable, Mapping
from operator import attrgetter

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dashboard.access import Decision, decide, sees_account
from dashboard.rendering import Renderer
from dashboard.security import from_our_pages
from dashboard.site import Reader, Site
from schema.directory import accounts, cards, sessions
from schema.directory.accounts import Account
from schema.directory.cards import Card
from schema.directory.users import User
from schema.languages import choose

Page = Callable[[Request, Reader], Response]
CardPage = Callable[[Request, Reader, Card], Response]
CardStream = Callable[[Reader, Card], Response]
Turn = Callable[[Site], CapacityLimiter]
"""Among whom one waits."""

PAGES: Turn = attrgetter("pages_at_once")
FILES: Turn = attrgetter("files_at_once")
"""A file takes as long as ten pages: pages do not wait for it. The table of one card is as quick as
a page and waits among them."""

FORM_FIELDS_MAX = 10
FORM_FIELD_BYTES_MAX = 65_536
"""So that a text of thousands of letters is refused beside its field, not with the whole form:
4 000 emoji as a browser sends them, each in 12 letters, and room to spare."""

_REFUSALS = {Decision.SIGN_IN: 401, Decision.REFUSE: 403}
_NOTHING_TYPED: Mapping[str, str] = {}


def page(path: str, name: str, endpoint: Page, turn: Turn = PAGES) -> Route:
    def show(request: Request) -> Response:
        return endpoint(request, _enter(request, name, _NOTHING_TYPED))

    return Route(path, _in_turn(show, turn), name=name, methods=["GET"])


def card_page(path: str, name: str, endpoint: CardPage, turn: Turn = PAGES) -> Route:
    def show(request: Request) -> Response:
        reader = _enter(request, name, _NOTHING_TYPED)
        return endpoint(request, reader, _card_of(reader, request.path_params["card"]))

    return Route(path, _in_turn(show, turn), name=name, methods=["GET"])


def _in_turn(
    show: Callable[[Request], Response], turn: Turn
) -> Callable[[Request], Awaitable[Response]]:
    """So many at the same time as the site allows, the others in their order: more would only pass
    the interpreter's lock and the caches to and fro."""

    async def answer(request: Request) -> Response:
        site: Site = request.app.state.site
        return await to_thread.run_sync(show, request, limiter=turn(site))

    return answer


def form(path: str, name: str, endpoint: Page, fields_max: int = FORM_FIELDS_MAX) -> Route:
    async def answer(request: Request) -> Response:
        site: Site = request.app.state.site
        if not from_our_pages(request.headers, site.origin):
            raise HTTPException(403)
        typed = await _typed(request, fields_max)
        return await to_thread.run_sync(
            lambda: endpoint(request, _enter(request, name, typed)), limiter=site.forms_at_once
        )

    return Route(path, answer, name=name, methods=["POST"])


def card_form(path: str, name: str, endpoint: CardPage) -> Route:
    def of_card(request: Request, reader: Reader) -> Response:
        return endpoint(request, reader, _card_of(reader, request.path_params["card"]))

    return form(path, name, of_card)


def card_stream(path: str, name: str, endpoint: CardStream) -> Route:
    """Goes on after it has been entered, on the event loop: it must not block."""

    def enter(request: Request) -> tuple[Reader, Card]:
        reader = _enter(request, name, _NOTHING_TYPED)
        return reader, _card_of(reader, request.path_params["card"])

    async def answer(request: Request) -> Response:
        reader, card = await to_thread.run_sync(enter, request)
        return endpoint(reader, card)

    return Route(path, answer, name=name, methods=["GET"])


def _enter(request: Request, route: str, typed: Mapping[str, str]) -> Reader:
    site: Site = request.app.state.site
    user = signed_in(request)
    reader = Reader(site, user, _account_of(site, user), renderer_for(request, user), typed)
    request.state.renderer, request.state.typed = reader.renderer, typed
    decision = decide(reader.role, reader.tier, route)
    if decision is not Decision.ALLOW:
        raise HTTPException(_REFUSALS[decision])
    return reader


def signed_in(request: Request) -> User | None:
    site: Site = request.app.state.site
    token = request.cookies.get(site.session_cookie, "")
    return sessions.resume(site.directory, token, site.clock()) if token else None


def renderer_for(request: Request, user: User | None) -> Renderer:
    """In the user's own language, else in the browser's."""
    known: Mapping[str, Renderer] = request.app.state.site.renderers
    own = user.locale if user else None
    return known[choose(known, own, request.headers.get("accept-language", ""))]


def _account_of(site: Site, user: User | None) -> Account | None:
    if user is None or user.account is None:
        return None
    with site.directory.read() as conn:
        return accounts.get(conn, user.account)


def _card_of(reader: Reader, id: str) -> Card:
    """A card that is not there and a card of someone else are the same to the one who asks."""
    with reader.site.directory.read() as conn:
        card = cards.get(conn, id)
    if card is None or reader.user is None:
        raise HTTPException(404)
    if not sees_account(reader.user.role, reader.user.account, card.account):
        raise HTTPException(404)
    return card


async def _typed(request: Request, fields_max: int) -> Mapping[str, str]:
    fields = await request.form(
        max_files=0, max_fields=fields_max, max_part_size=FORM_FIELD_BYTES_MAX
    )
    return {name: value for name, value in fields.items() if isinstance(value, str)}
