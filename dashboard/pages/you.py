"""`/you`: one's own way in: password, one-time codes, and the browsers that are signed in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from markupsafe import Markup
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import qr
from dashboard.entry import let_in
from dashboard.own_password import knows_password
from dashboard.pages.account import LANGUAGES, WRONG_PASSWORD
from dashboard.site import Reader
from schema.directory import recovery, sessions, totp, users
from schema.directory.checks import PASSWORD_CHARS_MIN
from schema.errors import BadInput
from schema.languages import DEFAULT, N_

TOO_SHORT = N_("It is too short.")
WRONG_CODE = N_("This code is not good. Wait for the next one and try again.")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was wrong, beside the field that it is about."""

    field: str = ""
    text: str = ""

    def of(self, field: str) -> str:
        return self.text if field == self.field else ""


FINE = Trouble()


def show(request: Request, reader: Reader) -> Response:
    return _page(request, reader, FINE)


def change_password(request: Request, reader: Reader) -> Response:
    user = reader.someone
    if not knows_password(reader):
        return _page(request, reader, Trouble("password", WRONG_PASSWORD))
    try:
        with reader.site.directory.write() as conn:
            users.set_password(conn, user.id, reader.form.get("new_password", ""))
    except BadInput:
        return _page(request, reader, Trouble("new_password", TOO_SHORT))
    return let_in(reader.site, user, request, "/you")


def begin_codes(request: Request, reader: Reader) -> Response:
    """A secret to be read by the application; it is kept when a code of it comes back."""
    return _codes(reader, totp.new_secret(), FINE)


def turn_codes_on(request: Request, reader: Reader) -> Response:
    user, site = reader.someone, reader.site
    secret = totp.read(reader.form.get("secret", ""))
    if secret is None:
        return RedirectResponse("/you/codes", 303)
    if not knows_password(reader):
        return _codes(reader, secret, Trouble("password", WRONG_PASSWORD))
    with site.directory.write() as conn:
        on = totp.turn_on(conn, user.id, secret, reader.form.get("code", ""), site.clock())
        spare = _renewed(conn, reader, "codes.on") if on else ()
    if not on:
        return _codes(reader, secret, Trouble("code", WRONG_CODE))
    return _spare(reader, spare)


def renew_spare_codes(request: Request, reader: Reader) -> Response:
    user = reader.someone
    if not knows_password(reader):
        return _page(request, reader, Trouble("codes", WRONG_PASSWORD))
    with reader.site.directory.write() as conn:
        if totp.secret_of(conn, user.id) is None:  # turned off in another tab
            return RedirectResponse("/you", 303)
        spare = _renewed(conn, reader, "codes.renew")
    return _spare(reader, spare)


def _renewed(conn: Connection, reader: Reader, action: str) -> tuple[str, ...]:
    reader.record(conn, action, reader.someone.id)
    return recovery.renew(conn, reader.someone.id)


def turn_codes_off(request: Request, reader: Reader) -> Response:
    user = reader.someone
    if not knows_password(reader):
        return _page(request, reader, Trouble("codes", WRONG_PASSWORD))
    with reader.site.directory.write() as conn:
        totp.turn_off(conn, user.id)
        reader.record(conn, "codes.off", user.id)
    return RedirectResponse("/you", 303)


def change_language(request: Request, reader: Reader) -> Response:
    with reader.site.directory.write() as conn:
        # What is no language of the form is the one that most speak.
        chosen = reader.form.get("locale", "")
        users.speak(conn, reader.someone.id, chosen if chosen in LANGUAGES else DEFAULT)
    return RedirectResponse("/you", 303)


def end_session(request: Request, reader: Reader) -> Response:
    with reader.site.directory.write() as conn:
        sessions.revoke(conn, reader.someone.id, reader.form.get("session", ""))
    return RedirectResponse("/you", 303)


def _page(request: Request, reader: Reader, trouble: Trouble) -> Response:
    site, user = reader.site, reader.someone
    with site.directory.read() as conn:
        signed_in = sessions.of_user(conn, user.id, site.clock())
        here = sessions.id_of(conn, request.cookies.get(site.session_cookie, ""))
        has_codes = totp.secret_of(conn, user.id) is not None
        spare_left = recovery.left(conn, user.id)
    today = _utc_day(site.clock())
    words = reader.renderer.language
    return reader.renderer.page(
        "you.html",
        status=422 if trouble.field else 200,
        reader=reader,
        user=user,
        sessions=[
            (each, words.since(_utc_day(each.created_ms), today), each.id == here)
            for each in signed_in
        ],
        has_codes=has_codes,
        spare_left=spare_left,
        languages=LANGUAGES,
        trouble=trouble,
        chars_min=PASSWORD_CHARS_MIN,
    )


def _codes(reader: Reader, secret: bytes, trouble: Trouble) -> Response:
    address = totp.address(secret, reader.someone.email)
    return reader.renderer.page(
        "codes.html",
        status=422 if trouble.field else 200,
        reader=reader,
        secret=totp.spelled(secret),
        picture=Markup(qr.svg(address)),  # noqa: S704 (drawn by us)
        trouble=trouble,
    )


def _spare(reader: Reader, codes: tuple[str, ...]) -> Response:
    """Shown in the answer itself: a page of their own would have to keep them."""
    return reader.renderer.page("recovery.html", reader=reader, codes=codes)


def _utc_day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()
