"""The second step of signing in, for who has turned it on: the code of the moment, or one of the
recovery codes once the device that shows it is lost."""

from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from dashboard import access_mails
from dashboard.attempts import EMAIL_ATTEMPTS_MAX
from dashboard.entry import let_in
from dashboard.site import Reader
from schema.directory import audit, recovery, tickets, totp
from schema.directory.users import User


def go_on(request: Request, reader: Reader, user: User, next_path: str = "/") -> Response:
    """In, or first to the second step: a password alone, old or new, lets nobody past it."""
    with reader.site.directory.read() as conn:
        has_codes = totp.secret_of(conn, user.id) is not None
    if has_codes:
        return _ask(reader, user, next_path)
    return let_in(reader.site, user, request, next_path)


def _ask(reader: Reader, user: User, next_path: str) -> Response:
    """The password was right; a ticket remembers that for a few minutes."""
    site = reader.site
    with site.directory.write() as conn:
        ticket = tickets.issue(conn, user=user.id, purpose="code", now_ms=site.clock())
    return _form(reader, ticket, next_path)


def enter(request: Request, reader: Reader) -> Response:
    site, now_ms = reader.site, reader.site.clock()
    ticket, next_path = reader.form.get("ticket", ""), reader.form.get("next", "")
    with site.directory.read() as conn:
        user = tickets.bearer(conn, ticket, "code", now_ms)
    if user is None:
        return _form(reader, "", next_path, over=True)
    wait_s = site.attempts.take({f"code {user.id}": EMAIL_ATTEMPTS_MAX}, now_ms)
    if wait_s:
        return _form(reader, ticket, next_path, wait_s=wait_s)
    typed = reader.form.get("recovery", "")
    with site.directory.write() as conn:
        if typed:
            right = _recover(conn, user, typed, now_ms)
        else:
            right = totp.spend(conn, user.id, reader.form.get("code", ""), now_ms)
        if right:
            tickets.redeem(conn, ticket, "code", now_ms)
    if not right:
        return _form(reader, ticket, next_path, refused=True, lost=bool(typed))
    if not typed:
        return let_in(site, user, request, next_path)
    # Whoever has lost the device has something to do on the page of their access.
    response = let_in(site, user, request, "/you")
    response.background = access_mails.after(site, user, access_mails.RECOVERED)
    return response


def _recover(conn: Connection, user: User, typed: str, now_ms: int) -> bool:
    right = recovery.spend(conn, user.id, typed)
    if right:
        actor = f"user:{user.id}"
        audit.record(conn, actor=actor, action="codes.recover", subject=user.id, now_ms=now_ms)
    return right


def _form(
    reader: Reader,
    ticket: str,
    next_path: str,
    *,
    refused: bool = False,
    lost: bool = False,
    over: bool = False,
    wait_s: int = 0,
) -> Response:
    return reader.renderer.page(
        "code.html",
        status=429 if wait_s else 422 if refused else 410 if over else 200,
        headers={"Retry-After": str(wait_s)} if wait_s else None,
        reader=reader,
        ticket=ticket,
        next_path=next_path,
        refused=refused,
        lost=lost,
        over=over,
        wait_minutes=-(-wait_s // 60),
    )
