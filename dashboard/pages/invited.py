"""`/invitation/{token}`: who was invited chooses a password, and is a user from then on."""

from starlette.requests import Request
from starlette.responses import Response

from dashboard.entry import let_in
from dashboard.site import Reader
from schema.directory import accounts, audit, checks, invitations
from schema.directory.checks import PASSWORD_CHARS_MIN
from schema.errors import BadInput


def show(request: Request, reader: Reader) -> Response:
    """Looking at it spends nothing, for previews look too."""
    return _page(request, reader)


def accept(request: Request, reader: Reader) -> Response:
    site, now_ms = reader.site, reader.site.clock()
    password = reader.form.get("password", "")
    try:
        checks.password(password)
    except BadInput:
        return _page(request, reader, too_short=True)
    try:
        with site.directory.write() as conn:
            user = invitations.accept(conn, request.path_params["token"], password, now_ms)
            if user:
                actor = f"user:{user.id}"
                audit.record(
                    conn, actor=actor, action="user.accept", subject=user.id, now_ms=now_ms
                )
    except BadInput:
        return _page(request, reader, taken=True)
    return let_in(site, user, request) if user else _page(request, reader)


def _page(
    request: Request, reader: Reader, *, too_short: bool = False, taken: bool = False
) -> Response:
    with reader.site.directory.read() as conn:
        found = invitations.find(conn, request.path_params["token"], reader.site.clock())
        account = accounts.get(conn, found.account) if found else None
    return reader.renderer.page(
        "invited.html",
        status=410 if found is None else 422 if too_short or taken else 200,
        reader=reader,
        token=request.path_params["token"],
        invitation=found,
        account=account,
        too_short=too_short,
        taken=taken,
        chars_min=PASSWORD_CHARS_MIN,
    )
