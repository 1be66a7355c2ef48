"""`/cards/{card}/items`: what is printed or shared for a card, with its links and QR codes."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import qr
from dashboard.site import Reader
from dashboard.words import SOURCES
from schema.directory import items
from schema.directory.cards import Card
from schema.directory.items import Item
from schema.errors import BadInput
from schema.items import short_link
from schema.wire import MEDIA


def show(request: Request, reader: Reader, card: Card) -> Response:
    return _page(reader, card)


def create(request: Request, reader: Reader, card: Card) -> Response:
    site = reader.site
    label, medium = reader.form.get("label", ""), reader.form.get("medium", "")
    try:
        with site.directory.write() as conn:
            made = items.create(conn, card=card.id, medium=medium, label=label, now_ms=site.clock())
            reader.record(conn, "item.create", made.code)
    except BadInput:
        return _page(reader, card, label=label, medium=medium, refused=True)
    return RedirectResponse(f"/cards/{card.id}/items#{made.code}", 303)


def revoke(request: Request, reader: Reader, card: Card) -> Response:
    site, item = reader.site, _item(reader, card, reader.form.get("code", ""))
    with site.directory.write() as conn:
        items.revoke(conn, item.code, site.clock())
        reader.record(conn, "item.revoke", item.code)
    return RedirectResponse(f"/cards/{card.id}/items", 303)


def svg(request: Request, reader: Reader, card: Card) -> Response:
    item = _item(reader, card, request.path_params["code"])
    drawn = qr.svg(short_link(reader.site.origin, item.code), _look(request))
    return _file(drawn.encode(), "image/svg+xml", f"{item.code}.svg")


def png(request: Request, reader: Reader, card: Card) -> Response:
    item = _item(reader, card, request.path_params["code"])
    drawn = qr.png(short_link(reader.site.origin, item.code), _look(request))
    return _file(drawn, "image/png", f"{item.code}.png")


def _page(
    reader: Reader, card: Card, *, label: str = "", medium: str = "qr", refused: bool = False
) -> Response:
    origin = reader.site.origin
    with reader.site.directory.read() as conn:
        found = items.of_card(conn, card.id)
    return reader.renderer.page(
        "items.html",
        status=422 if refused else 200,
        reader=reader,
        card=card,
        items=[(item, short_link(origin, item.code)) for item in found],
        media=[(name, SOURCES[name]) for name in MEDIA],
        words=SOURCES,
        label=label,
        medium=medium,
        refused=refused,
    )


def _item(reader: Reader, card: Card, code: str) -> Item:
    with reader.site.directory.read() as conn:
        item = items.get(conn, code)
    if item is None or item.card != card.id:
        raise HTTPException(404)
    return item


def _look(request: Request) -> qr.Look:
    """With room for a logo when the address asks for it."""
    return qr.Look(level="h", logo=True) if "logo" in request.query_params else qr.PLAIN


def _file(content: bytes, media_type: str, name: str) -> Response:
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=kept)
