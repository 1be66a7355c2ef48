"""`/`: the way to the figures. To sign in, to the only card, or to the list of cards."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.site import Reader
from schema.directory import cards

CARDS_MAX = 1000
"""How many cards one page lists; only ops can have more."""


def show(request: Request, reader: Reader) -> Response:
    if reader.user is None:
        return RedirectResponse("/login", 303)
    with reader.site.directory.read() as conn:
        account = reader.user.account
        seen = cards.of_account(conn, account) if account else cards.every(conn)
    if len(seen) == 1:
        return RedirectResponse(f"/cards/{seen[0].id}", 303)
    return reader.renderer.page(
        "home.html", reader=reader, cards=seen[:CARDS_MAX], unlisted=len(seen[CARDS_MAX:])
    )
