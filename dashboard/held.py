"""What was typed into a form when the session ended: it comes along through signing in again.

Nothing of it is kept on the server: it lies in the pages that lead back, and passwords do not.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from dashboard.entry import OWN_PATH, let_in
from dashboard.site import Reader
from schema.directory.users import User

FIELDS, PATH = "held", "held_path"
SECRETS = frozenset(("password", "new_password", "code", "secret"))

Held = Mapping[str, str]
"""As hidden fields of the forms on the way; empty when nothing was being typed."""
NOTHING: Held = {}


def hold(path: str, typed: Mapping[str, str]) -> Held:
    kept = {name: text for name, text in typed.items() if name not in SECRETS}
    return {FIELDS: urlencode(kept), PATH: path} if kept else NOTHING


def held_of(form: Mapping[str, str]) -> Held:
    """Only for a path of our own: this page sends its form there."""
    if not OWN_PATH.fullmatch(form.get(PATH, "")):
        return NOTHING
    return {name: form.get(name, "") for name in (FIELDS, PATH)}


def go_on(request: Request, reader: Reader, user: User, next_path: str) -> Response:
    """In, and to the page that was asked for; or to what was typed, to be sent now."""
    entered, held = let_in(reader.site, user, request, next_path), held_of(reader.form)
    if not held:
        return entered
    page = reader.renderer.page(
        "held.html",
        reader=None,
        path=held[PATH],
        fields=parse_qsl(held[FIELDS], keep_blank_values=True),
    )
    page.headers["Set-Cookie"] = entered.headers["set-cookie"]
    return page
