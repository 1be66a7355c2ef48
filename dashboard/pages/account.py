"""`/account`: what an owner does with the whole account: its language, its data, its end."""

from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dashboard.entry import forget
from dashboard.exports.archive import archive
from dashboard.figures.read import Place
from dashboard.own_password import knows_password
from dashboard.site import Reader
from schema.directory import accounts, cards, erasures
from schema.directory.erasures import Erasure
from schema.errors import BadInput
from schema.languages import N_

LANGUAGES: Mapping[str, str] = {"fr": "Français", "en": "English"}
"""Each in its own words."""

WRONG_NAME = N_("This is not the account’s name.")
WRONG_PASSWORD = N_("This is not your password.")
GONE = N_("Your account is deleted")
GOING = N_("Everything that was counted for its cards is erased within minutes.")


def show(request: Request, reader: Reader) -> Response:
    return _page(reader, {})


def change(request: Request, reader: Reader) -> Response:
    try:
        with reader.site.directory.write() as conn:
            changed = accounts.change(
                conn, _own(reader), name=reader.form.get("name"), locale=reader.form.get("locale")
            )
            reader.record(conn, "account.change", changed.id)
    except BadInput:
        wrong = N_("Give it a name of at most 200 visible characters, and choose a language.")
        return _page(reader, {"name": wrong})
    return RedirectResponse("/account", 303)


def export(request: Request, reader: Reader) -> Response:
    from dashboard.exports.of_account import files

    site = reader.site
    now = datetime.fromtimestamp(site.clock() / 1000, UTC)
    place = Place(site.store, site.directory, site.clock())
    found = files(place, _own(reader), reader.sections, reader.renderer.language)
    name = f"balise-{_own(reader)}-{now:%Y-%m-%d}.zip"
    with site.directory.write() as conn:
        reader.record(conn, "account.export", _own(reader))
    return StreamingResponse(
        archive(found, now),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def delete(request: Request, reader: Reader) -> Response:
    """The directory forgets it at once, sessions and all; a job erases what was counted."""
    account = reader.account
    wrong = {}
    if account is None or reader.form.get("typed_name", "").strip() != account.name:
        wrong["typed_name"] = WRONG_NAME
    if not knows_password(reader):
        wrong["password"] = WRONG_PASSWORD
    if wrong:
        return _page(reader, wrong)
    _delete(reader)
    gone = reader.renderer.page("message.html", reader=None, title=GONE, remedy=GOING)
    forget(reader.site, gone)
    return gone


def _delete(reader: Reader) -> None:
    site, id = reader.site, _own(reader)
    actor = f"user:{reader.someone.id}"
    with site.directory.write() as conn:
        for card in cards.of_account(conn, id):
            erasures.ask(conn, Erasure(card.id, actor, site.clock()))
            reader.record(conn, "erase.begin", card.id)
        accounts.delete(conn, id)
        reader.record(conn, "erase.account", id)


def _own(reader: Reader) -> str:
    if reader.account is None:
        raise LookupError("Only owners come here, and each has an account.")
    return reader.account.id


def _page(reader: Reader, wrong: Mapping[str, str]) -> Response:
    return reader.renderer.page(
        "account.html",
        status=422 if wrong else 200,
        reader=reader,
        account=reader.account,
        languages=LANGUAGES,
        typed=reader.form,
        wrong=wrong,
    )
