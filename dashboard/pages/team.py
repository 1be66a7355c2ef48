"""`/team`: who else sees the account's cards. Owners invite and remove; viewers only look."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.invitations import Invited
from dashboard.invitations import invite as let_in
from dashboard.site import Reader
from schema.directory import invitations, users
from schema.errors import BadInput


def show(request: Request, reader: Reader) -> Response:
    return _page(reader)


def invite(request: Request, reader: Reader) -> Response:
    me, account, email = reader.someone, reader.account, reader.form.get("email", "")
    if account is None:
        raise LookupError("Only owners come here, and each has an account.")
    role = reader.form.get("role", "")
    try:
        invited = let_in(reader, account, email=email, role=role, locale=me.locale)
    except BadInput:
        return _page(reader, refused=True)
    return _page(reader, invited=invited)


def remove(request: Request, reader: Reader) -> Response:
    """Oneself excepted: an account keeps at least the owner who removes the others."""
    site, me, id = reader.site, reader.someone, reader.form.get("user", "")
    with site.directory.write() as conn:
        member = users.get(conn, id)
        if member and member.account == me.account and member.id != me.id:
            users.delete(conn, member.id)
            reader.record(conn, "user.delete", member.id)
    return RedirectResponse("/team", 303)


def withdraw(request: Request, reader: Reader) -> Response:
    account, email = reader.someone.account or "", reader.form.get("email", "")
    with reader.site.directory.write() as conn:
        invitations.withdraw(conn, account, email)
        reader.record(conn, "user.withdraw", account)
    return RedirectResponse("/team", 303)


def _page(reader: Reader, *, refused: bool = False, invited: Invited | None = None) -> Response:
    me = reader.someone
    with reader.site.directory.read() as conn:
        members = users.of_account(conn, me.account or "")
        waiting = invitations.of_account(conn, me.account or "", reader.site.clock())
    return reader.renderer.page(
        "team.html",
        status=422 if refused else 200,
        reader=reader,
        me=me,
        members=members,
        waiting=waiting,
        typed=reader.form if refused else {},
        refused=refused,
        invited=invited,
    )
