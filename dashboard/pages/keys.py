"""`/keys`: keys with which programs of the account ask the API. A secret is shown once."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.site import Reader
from schema.directory import keys
from schema.errors import BadInput


def show(request: Request, reader: Reader) -> Response:
    return _page(reader)


def create(request: Request, reader: Reader) -> Response:
    site, label = reader.site, reader.form.get("label", "")
    try:
        with site.directory.write() as conn:
            key, secret = keys.create(
                conn,
                scope="account",
                account=reader.someone.account,
                label=label,
                now_ms=site.clock(),
            )
            reader.record(conn, "key.create", key.id)
    except BadInput:
        return _page(reader, label=label, refused=True)
    return _page(reader, secret=secret)


def delete(request: Request, reader: Reader) -> Response:
    site, id = reader.site, reader.form.get("key", "")
    with site.directory.write() as conn:
        key = keys.get(conn, id)
        if key and key.account == reader.someone.account:
            keys.delete(conn, id)
            reader.record(conn, "key.delete", id)
    return RedirectResponse("/keys", 303)


def _page(reader: Reader, *, label: str = "", refused: bool = False, secret: str = "") -> Response:
    account = reader.someone.account
    with reader.site.directory.read() as conn:
        own = [key for key in keys.every(conn) if key.account == account]
    return reader.renderer.page(
        "keys.html",
        status=422 if refused else 200,
        reader=reader,
        keys=own,
        label=label,
        refused=refused,
        secret=secret,
        origin=reader.site.origin,
    )
