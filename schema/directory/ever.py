"""What all closed days of a card add up to, so that the page that every owner opens reads one row
and not every month there ever was.

It is a copy, good for the rollups it was made of: those through the same day, none of them marked
as late. Whoever replaces or deletes figures forgets it first; the next run of the rollups makes
what is missing.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.rollup_state import Answered
from schema.directory.tables import ever, late_days, rolled_days

WHOLE = ""
"""The key of the whole card; the others are targets."""

Sums = Mapping[str, Mapping[str, int]]
"""Per key, figures by the names of the columns of rollups, and `last_view_ms`."""


class Ever(NamedTuple):
    through: date
    sums: Sums


def of_cards(conn: Connection, states: Mapping[str, Answered]) -> dict[str, Sums]:
    """Of those cards for which the copy is good."""
    whole = [card for card, state in states.items() if state.through and not state.late]
    rows = conn.execute(sa.select(ever).where(ever.c.card.in_(whole)))
    return {row.card: row.sums for row in rows if row.through == states[row.card].through}


def missing(conn: Connection) -> dict[str, date]:
    """Cards whose copy is not good, with the day that rollups of theirs reach."""
    held = sa.select(rolled_days.c.card, rolled_days.c.through).outerjoin(
        ever, rolled_days.c.card == ever.c.card
    )
    stale = ever.c.through.is_(None) | (ever.c.through != rolled_days.c.through)
    late = rolled_days.c.card.in_(sa.select(late_days.c.card))
    return {row.card: row.through for row in conn.execute(held.where(stale | late))}


def put(conn: Connection, made: Mapping[str, Ever]) -> None:
    if made:
        new = insert(conn, ever)
        newer = new.on_conflict_do_update(
            index_elements=[ever.c.card],
            set_={"through": new.excluded.through, "sums": new.excluded.sums},
        )
        rows = [{"card": card, **each._asdict()} for card, each in sorted(made.items())]
        conn.execute(newer, rows)


def forget(conn: Connection, cards: Iterable[str] | None = None) -> None:
    """Of some cards, or of all."""
    if cards is None:
        conn.execute(sa.delete(ever))
    elif gone := [{"gone": card} for card in sorted(cards)]:
        # One by one: a statement holds no more than 32 766 values.
        conn.execute(sa.delete(ever).where(ever.c.card == sa.bindparam("gone")), gone)
