"""`/team`: who else sees the account's cards. Owners invite and remove; viewers only look."""

import secrets

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.site import Reader
from schema.directory import tickets, users
from schema.directory.users import User
from schema.errors import BadInput, BaliseError
from schema.languages import N_
from schema.mail import Mail

ROLES = ("viewer", "owner")
SUBJECT = N_("Your access to Balise")
TEXT = N_(
    "Hello,\n\n%(inviter)s lets you see how the cards of %(account)s are used. Choose your "
    "password here within seven days:\n\n%(link)s\n"
)

_log = structlog.get_logger()


def show(request: Request, reader: Reader) -> Response:
    return _page(reader)


def invite(request: Request, reader: Reader) -> Response:
    site, me = reader.site, reader.someone
    email, now_ms = reader.form.get("email", ""), site.clock()
    try:
        with site.directory.write() as conn:
            user = users.create(
                conn,
                account=me.account,
                email=email,
                role=_role(reader.form.get("role", "")),
                password=secrets.token_urlsafe(32),  # nobody knows it: the link sets the first one
                locale=me.locale,
                now_ms=now_ms,
            )
            token = tickets.issue(conn, user=user.id, purpose="invite", now_ms=now_ms)
            reader.record(conn, "user.invite", user.id)
    except BadInput:
        return _page(reader, email=email, refused=True)
    link = f"{site.origin}/reset/{token}"
    return _page(reader, invited=user, link=link, mailed=_mailed(reader, user, link))


def remove(request: Request, reader: Reader) -> Response:
    """Oneself excepted: an account keeps at least the owner who removes the others."""
    site, me, id = reader.site, reader.someone, reader.form.get("user", "")
    with site.directory.write() as conn:
        member = users.get(conn, id)
        if member and member.account == me.account and member.id != me.id:
            users.delete(conn, member.id)
            reader.record(conn, "user.delete", member.id)
    return RedirectResponse("/team", 303)


def _page(
    reader: Reader,
    *,
    email: str = "",
    refused: bool = False,
    invited: User | None = None,
    link: str = "",
    mailed: bool = False,
) -> Response:
    me = reader.someone
    with reader.site.directory.read() as conn:
        members = users.of_account(conn, me.account or "")
    return reader.renderer.page(
        "team.html",
        status=422 if refused else 200,
        reader=reader,
        me=me,
        members=members,
        email=email,
        refused=refused,
        invited=invited,
        link=link,
        mailed=mailed,
    )


def _mailed(reader: Reader, user: User, link: str) -> bool:
    """Without a mail server the page shows the link, to be handed over in another way."""
    site, words = reader.site, reader.renderer.language
    if not site.post.is_open:
        return False
    given = {
        "inviter": reader.someone.email,
        "account": reader.account.name if reader.account else "",
        "link": link,
    }
    try:
        site.post.send(Mail(user.email, words.gettext(SUBJECT), words.gettext(TEXT) % given))
    except BaliseError as error:
        _log.error("mail_not_sent", error=str(error))
        return False
    return True


def _role(text: str) -> str:
    """What is no role of the form is the one that may do least."""
    return text if text in ROLES else ROLES[0]
