"""`/ops/accounts`: who has bought what, and what each has from now on."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.site import Reader
from schema.directory import accounts, cards
from schema.errors import BadInput
from schema.tiers import CATALOGUE

ACCOUNTS_MAX = 500
"""How many one page lists; the others are found by a part of their name."""


def show(request: Request, reader: Reader) -> Response:
    wanted = request.query_params.get("name", "").strip()
    with reader.site.directory.read() as conn:
        every = [each for each in accounts.every(conn) if wanted.casefold() in each.name.casefold()]
        shown = [(each, cards.of_account(conn, each.id)) for each in every[:ACCOUNTS_MAX]]
    return reader.renderer.page(
        "ops/accounts.html",
        reader=reader,
        accounts=shown,
        unlisted=len(every) - len(shown),
        tiers={tier: facts.label for tier, facts in CATALOGUE.items()},
        wanted=wanted,
    )


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
