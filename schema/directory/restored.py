"""Rules that ops take back for a card: on these local days, what they caught counts again."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory import cards, revisions
from schema.directory.dialects import insert
from schema.directory.tables import restored_rules
from schema.errors import BadInput


@dataclass(frozen=True, slots=True, order=True)
class Restored:
    card: str
    rule: str
    first: date
    last: date
    created_ms: int


def restore(
    conn: Connection, *, card: str, rule: str, first: date, last: date, now_ms: int
) -> Restored:
    """Saying it twice changes nothing."""
    if cards.get(conn, card) is None:
        raise cards.unknown(card)
    if last < first:
        raise turned_round(first, last)
    new = Restored(card, rule, first, last, now_ms)
    conn.execute(insert(conn, restored_rules).values(asdict(new)).on_conflict_do_nothing())
    revisions.bump(conn, revisions.RESTORED)
    return new


def withdraw(conn: Connection, *, card: str, rule: str) -> list[Restored]:
    """Everything that was restored of a rule for a card; what it catches is automatic again."""
    gone = of(every(conn), card=card, rule=rule)
    mine = (restored_rules.c.card == card) & (restored_rules.c.rule == rule)
    conn.execute(sa.delete(restored_rules).where(mine))
    revisions.bump(conn, revisions.RESTORED)
    return gone


def of(some: Sequence[Restored], *, card: str, rule: str) -> list[Restored]:
    found = [each for each in some if (each.card, each.rule) == (card, rule)]
    if not found:
        raise BadInput(f"The rule {rule!r} is not restored for the card {card!r}.")
    return found


def turned_round(first: date, last: date) -> BadInput:
    return BadInput(f"The range ends before it begins: {first} to {last}; turn it round.")


def every(conn: Connection) -> list[Restored]:
    return sorted(Restored(**row._mapping) for row in conn.execute(sa.select(restored_rules)))


def revision(conn: Connection) -> int:
    return revisions.number(conn, revisions.RESTORED)
