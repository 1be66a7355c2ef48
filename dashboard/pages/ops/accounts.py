"""`/ops/accounts`: who has bought what, and what each has from now on."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.pages.account import LANGUAGES
from dashboard.site import Reader
from schema.directory import accounts, cards
from schema.errors import BadInput
from schema.tiers import CATALOGUE

ACCOUNTS_MAX = 500
"""How many one page lists; the others are found by a part of their name."""


def show(request: Request, reader: Reader) -> Response:
    return _page(request, reader, refused=False)


def create(request: Request, reader: Reader) -> Response:
    typed = reader.form
    try:
        with reader.site.directory.write() as conn:
            made = accounts.create(
                conn,
                name=typed.get("new_name", ""),
                tier=typed.get("tier", ""),
                locale=typed.get("locale", ""),
                now_ms=reader.site.clock(),
            )
            reader.record(conn, "account.create", made.id)
    except BadInput:
        return _page(request, reader, refused=True)
    return RedirectResponse(f"/ops/accounts/{made.id}", 303)


def change(request: Request, reader: Reader) -> Response:
    """Another tier shows more or less of the same figures at once."""
    id, tier = reader.form.get("account", ""), reader.form.get("tier", "")
    try:
        with reader.site.directory.write() as conn:
            accounts.change(conn, id, tier=tier)
            reader.record(conn, "account.change", f"{id} {tier}")
    except BadInput:
        pass  # it was deleted in another tab: the list shows what there is
    return RedirectResponse("/ops/accounts", 303)


def _page(request: Request, reader: Reader, *, refused: bool) -> Response:
    wanted = request.query_params.get("name", "").strip()
    with reader.site.directory.read() as conn:
        every = [each for each in accounts.every(conn) if wanted.casefold() in each.name.casefold()]
        shown = [(each, cards.of_account(conn, each.id)) for each in every[:ACCOUNTS_MAX]]
    return reader.renderer.page(
        "ops/accounts.html",
        status=422 if refused else 200,
        reader=reader,
        accounts=shown,
        unlisted=len(every) - len(shown),
        tiers={tier: facts.label for tier, facts in CATALOGUE.items()},
        languages=LANGUAGES,
        wanted=wanted,
        typed=reader.form,
        refused=refused,
    )
