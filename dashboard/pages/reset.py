"""`/reset`: a new password for who has lost the old one, by a link in a mail.

The page says the same whether or not the address is known, and the mail goes out after the answer:
neither words nor time tell who has an account.
"""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from dashboard.attempts import ADDRESS_ATTEMPTS_MAX, EMAIL_ATTEMPTS_MAX
from dashboard.mails import is_sent
from dashboard.pages import code
from dashboard.pages.login import address_of
from dashboard.site import Reader, Site
from schema.directory import tickets, users
from schema.directory.checks import EMAIL_CHARS_MAX, PASSWORD_CHARS_MIN
from schema.directory.users import User
from schema.errors import BadInput
from schema.languages import N_
from schema.mail import Mail

SUBJECT = N_("Your new password for Balise")
TEXT = N_(
    "Hello,\n\nsomeone asked for a new password for %(email)s. If it was you, choose it here "
    "within half an hour:\n\n%(link)s\n\nIf it was not you, do nothing: your password stays as it "
    "is.\n"
)


def show(request: Request, reader: Reader) -> Response:
    return _ask(reader)


def send(request: Request, reader: Reader) -> Response:
    site = reader.site
    email = reader.form.get("email", "").strip()
    limits = {
        f"reset {email.casefold()[:EMAIL_CHARS_MAX]}": EMAIL_ATTEMPTS_MAX,
        f"reset from {address_of(request, site)}": ADDRESS_ATTEMPTS_MAX,
    }
    wait_s = site.attempts.take(limits, site.clock())
    if wait_s:
        return _ask(reader, email=email, wait_s=wait_s)
    response = _ask(reader, email=email, sent=True)
    response.background = BackgroundTask(_send, site, email)
    return response


def choose(request: Request, reader: Reader) -> Response:
    """The page behind the link: looking at it spends nothing, for previews look too."""
    return _choice(reader, request.path_params["token"])


def change(request: Request, reader: Reader) -> Response:
    site, token = reader.site, request.path_params["token"]
    user = _bearer(site, token)
    if user is None:
        return _choice(reader, token)
    try:
        with site.directory.write() as conn:
            users.set_password(conn, user.id, reader.form.get("password", ""))
    except BadInput:
        return _choice(reader, token, too_short=True)
    return code.go_on(request, reader, user)


def _send(site: Site, email: str) -> None:
    with site.directory.read() as conn:
        user = users.by_email(conn, email)
    if user is None:
        return
    with site.directory.write() as conn:
        token = tickets.issue(conn, user=user.id, purpose="reset", now_ms=site.clock())
    words = site.renderers[user.locale].language
    link = f"{site.origin}/reset/{token}"
    text = words.gettext(TEXT) % {"email": user.email, "link": link}
    # Whoever asked has their answer already.
    is_sent(site.post, Mail(user.email, words.gettext(SUBJECT), text))


def _bearer(site: Site, token: str) -> User | None:
    with site.directory.read() as conn:
        return tickets.bearer(conn, token, "reset", site.clock())


def _ask(reader: Reader, *, email: str = "", sent: bool = False, wait_s: int = 0) -> Response:
    return reader.renderer.page(
        "reset.html",
        status=429 if wait_s else 200,
        headers={"Retry-After": str(wait_s)} if wait_s else None,
        reader=reader,
        email=email,
        sent=sent,
        open=reader.site.post.is_open,
        wait_minutes=-(-wait_s // 60),
    )


def _choice(reader: Reader, token: str, *, too_short: bool = False) -> Response:
    user = _bearer(reader.site, token)
    return reader.renderer.page(
        "password.html",
        status=410 if user is None else 422 if too_short else 200,
        reader=reader,
        token=token,
        user=user,
        too_short=too_short,
        chars_min=PASSWORD_CHARS_MIN,
    )
