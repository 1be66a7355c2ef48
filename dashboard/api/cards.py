"""Cards of an account."""

from typing import Any

from dashboard.api.operation import Call
from dashboard.api.pages import listed
from dashboard.api.shapes import CardShape, Listed
from schema.directory import cards


def create(call: Call) -> CardShape:
    with call.site.directory.write() as conn:
        card = cards.create(
            conn, account=call.account.id, now_ms=call.site.clock(), **_named(call.given)
        )
        call.record(conn, "card.create", card.id)
    return CardShape.of(card)


def every(call: Call) -> Listed[CardShape]:
    with call.site.directory.read() as conn:
        found = cards.of_account(conn, call.account.id)
    return listed(call.query, {each.id: CardShape.of(each) for each in found})


def show(call: Call) -> CardShape:
    return CardShape.of(call.card)


def change(call: Call) -> CardShape:
    with call.site.directory.write() as conn:
        card = cards.change(conn, call.card.id, **_named(call.given))
        call.record(conn, "card.change", card.id)
    return CardShape.of(card)


def delete(call: Call) -> None:
    with call.site.directory.write() as conn:
        cards.delete(conn, call.card.id)
        call.record(conn, "card.delete", call.card.id)


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """The contract says timezone, the directory zone."""
    return {"zone" if name == "timezone" else name: value for name, value in given.items()}
