"""`/ops/accounts/{account}`: its cards and its people, new ones of both, and the way back in for
somebody who has lost the device of their one-time codes."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import access_mails
from dashboard.card_form import TypedCard, problems, typed_card
from dashboard.invitations import Invited, invite
from dashboard.site import Reader
from schema.days import zone_names
from schema.directory import accounts, cards, invitations, totp, users
from schema.directory.accounts import Account
from schema.errors import BadInput

USUAL_ZONE = "Europe/Paris"


def show(request: Request, reader: Reader) -> Response:
    return _page(reader, _account(request, reader))


def create_card(request: Request, reader: Reader) -> Response:
    account, typed = _account(request, reader), typed_card(reader.form)
    wrong = problems(typed)
    if wrong:
        return _page(reader, account, typed=typed, wrong=wrong)
    with reader.site.directory.write() as conn:
        made = cards.create(
            conn,
            account=account.id,
            name=typed.name,
            url=typed.url,
            zone=typed.zone,
            origins=typed.origins,
            now_ms=reader.site.clock(),
        )
        reader.record(conn, "card.create", made.id)
    return RedirectResponse(f"/cards/{made.id}/install", 303)


def create_user(request: Request, reader: Reader) -> Response:
    account, form = _account(request, reader), reader.form
    email, role = form.get("email", ""), form.get("role", "")
    try:
        invited = invite(reader, account, email=email, role=role, locale=account.locale)
    except BadInput:
        return _page(reader, account, refused=True)
    return _page(reader, account, invited=invited)


def turn_codes_off(request: Request, reader: Reader) -> Response:
    """Whoever else is named stays as they are: they were removed in another tab."""
    site, account, id = reader.site, _account(request, reader), reader.form.get("user", "")
    response = RedirectResponse(f"/ops/accounts/{account.id}", 303)
    with site.directory.write() as conn:
        user = users.get(conn, id) if id in totp.users_with(conn, account.id) else None
        if user is None:
            return response
        totp.turn_off(conn, id)
        reader.record(conn, "codes.off", id)
    response.background = access_mails.after(site, user, access_mails.CODES_OFF)
    return response


def _account(request: Request, reader: Reader) -> Account:
    with reader.site.directory.read() as conn:
        account = accounts.get(conn, request.path_params["account"])
    if account is None:
        raise HTTPException(404)
    return account


def _page(
    reader: Reader,
    account: Account,
    *,
    typed: TypedCard | None = None,
    wrong: Mapping[str, str] | None = None,
    refused: bool = False,
    invited: Invited | None = None,
) -> Response:
    with reader.site.directory.read() as conn:
        own = cards.of_account(conn, account.id)
        people = users.of_account(conn, account.id)
        waiting = invitations.of_account(conn, account.id, reader.site.clock())
        with_codes = totp.users_with(conn, account.id)
    return reader.renderer.page(
        "ops/account.html",
        status=422 if wrong or refused else 200,
        reader=reader,
        account=account,
        cards=own,
        people=people,
        with_codes=with_codes,
        waiting=waiting,
        zones=zone_names(),
        card=typed or TypedCard(zone=USUAL_ZONE),
        wrong=wrong or {},
        typed=reader.form if refused else {},
        refused=refused,
        invited=invited,
    )
