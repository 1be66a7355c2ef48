"""Items: the printed or shared things that lead to a card, each under a code of its own.

A code is for ever: it is printed. What it leads to is looked up when it is scanned, so the card
may move; a revoked code leads nowhere and is never given to another item.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema import ids
from schema.directory import cards, checks
from schema.directory.dialects import insert
from schema.directory.tables import cards as cards_table
from schema.directory.tables import items
from schema.errors import BadInput
from schema.wire import CHANNELS, MEDIA


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    card: str
    medium: str
    label: str
    created_ms: int
    revoked_ms: int | None = None


def create(
    conn: Connection, *, card: str, medium: str, label: str, now_ms: int, code: str | None = None
) -> Item:
    if cards.get(conn, card) is None:
        raise cards.unknown(card)
    item = Item(
        code=ids.new_item_code() if code is None else code,
        card=card,
        medium=checks.one_of(medium, MEDIA, "medium"),
        label=checks.name(label, "label"),
        created_ms=now_ms,
    )
    if not ids.is_item_code(item.code) or item.code in CHANNELS:
        raise BadInput(
            f"The code {item.code!r} cannot be used; give {ids.ITEM_CODE_CHARS} letters or digits."
        )
    new = insert(conn, items).values(asdict(item)).on_conflict_do_nothing()
    if conn.scalar(new.returning(items.c.code)) is None:
        raise BadInput(f"The code {item.code!r} exists already; give another one, or none.")
    return item


def get(conn: Connection, code: str) -> Item | None:
    if not ids.is_item_code(code):
        return None
    row = conn.execute(sa.select(items).where(items.c.code == code)).one_or_none()
    return Item(**row._mapping) if row else None


_SORTED = sa.select(items).order_by(items.c.card, items.c.created_ms, items.c.code)
_OF_CARD = _SORTED.where(items.c.card == sa.bindparam("card"))


def of_card(conn: Connection, card: str) -> list[Item]:
    return _items(conn.execute(_OF_CARD, {"card": card}))


def of_account(conn: Connection, account: str) -> list[Item]:
    own = sa.select(cards_table.c.id).where(cards_table.c.account == account)
    return _items(conn.execute(_SORTED.where(items.c.card.in_(own))))


def every(conn: Connection) -> list[Item]:
    return _items(conn.execute(_SORTED))


def revoke(conn: Connection, code: str, now_ms: int) -> Item:
    """From now on the code leads nowhere. Revoked twice, it keeps its first time."""
    item = get(conn, code)
    if item is None:
        raise unknown(code)
    if item.revoked_ms is None:
        conn.execute(sa.update(items).where(items.c.code == code).values(revoked_ms=now_ms))
    return get(conn, code) or item


def unknown(code: str) -> BadInput:
    return BadInput(f"There is no item {code!r}; `balise item list` shows them.")


def _items(rows: Iterable[sa.Row[*tuple[object, ...]]]) -> list[Item]:
    return [Item(**row._mapping) for row in rows]
