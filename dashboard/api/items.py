"""Items: what is printed or shared for a card, its short link and its QR code."""

from starlette.responses import Response

from dashboard.api.operation import Call
from dashboard.api.pages import listed
from dashboard.api.problems import Problem
from dashboard.api.shapes import ItemShape, Listed
from dashboard.qr import png, svg
from schema.directory import items
from schema.directory.items import Item
from schema.items import short_link


def create(call: Call) -> ItemShape:
    with call.site.directory.write() as conn:
        item = items.create(conn, card=call.card.id, **call.given, now_ms=call.site.clock())
        call.record(conn, "item.create", item.code)
    return _shape(call, item)


def every(call: Call) -> Listed[ItemShape]:
    with call.site.directory.read() as conn:
        found = items.of_card(conn, call.card.id)
    return listed(call.query, {each.code: _shape(call, each) for each in found})


def show(call: Call) -> ItemShape:
    return _shape(call, _item(call))


def revoke(call: Call) -> ItemShape:
    code = _item(call).code
    with call.site.directory.write() as conn:
        item = items.revoke(conn, code, call.site.clock())
        call.record(conn, "item.revoke", code)
    return _shape(call, item)


def qr_svg(call: Call) -> Response:
    return Response(svg(_link(call), call.query.look), media_type="image/svg+xml")


def qr_png(call: Call) -> Response:
    return Response(png(_link(call), call.query.look), media_type="image/png")


def _link(call: Call) -> str:
    return short_link(call.site.origin, _item(call).code)


def _item(call: Call) -> Item:
    with call.site.directory.read() as conn:
        item = items.get(conn, call.path["code"])
    if item is None or item.card != call.card.id:
        raise Problem(404)
    return item


def _shape(call: Call, item: Item) -> ItemShape:
    return ItemShape.of(item, call.site.origin)
