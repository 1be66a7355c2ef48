"""What an owner writes beside the figures of a day: « salon de Lyon »."""

from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema import ids
from schema.directory import cards, checks
from schema.directory.tables import annotations
from schema.errors import BadInput

PER_CARD_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Annotation:
    id: str
    card: str
    day: date
    text: str
    created_ms: int


def create(conn: Connection, *, card: str, day: date, text: str, now_ms: int) -> Annotation:
    if cards.get(conn, card) is None:
        raise cards.unknown(card)
    held = sa.select(sa.func.count()).where(annotations.c.card == card)
    if (conn.scalar(held) or 0) >= PER_CARD_MAX:
        raise BadInput(f"A card has at most {PER_CARD_MAX} annotations; delete one first.")
    made = Annotation(ids.new_item_code(), card, day, checks.name(text, "annotation"), now_ms)
    conn.execute(sa.insert(annotations).values(asdict(made)))
    return made


_OF_CARDS = (
    sa.select(annotations)
    .where(
        annotations.c.card.in_(sa.bindparam("cards", expanding=True)),
        annotations.c.day.between(sa.bindparam("first"), sa.bindparam("last")),
    )
    .order_by(annotations.c.day, annotations.c.created_ms)
)


def of_cards(conn: Connection, ids: list[str], first: date, last: date) -> list[Annotation]:
    """Those of some days, first and last included, in order."""
    rows = conn.execute(_OF_CARDS, {"cards": ids, "first": first, "last": last})
    return [Annotation(**row._mapping) for row in rows]


def delete(conn: Connection, card: str, id: str) -> None:
    """Nothing happens when it is gone already, for instance in another tab."""
    chosen = (annotations.c.card == card) & (annotations.c.id == id)
    conn.execute(sa.delete(annotations).where(chosen))
