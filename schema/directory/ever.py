"""What all closed days of a card add up to, so that the page that every owner opens reads one row
and not every month there ever was.

It is a copy, good for the rollups it was made of: those through the same day, none of them marked
as late. Whoever computes the days after it adds to it; whoever deletes days forgets it and, when
they are gone, puts back what is left; whoever replaces figures forgets it. The next run of the
rollups makes what is missing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.rollup_state import Answered
from schema.directory.tables import ever, rolled_days

NAMED_MAX = 5_000

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
    found = copies(conn, whole)
    return {card: each.sums for card, each in found.items() if each.through == states[card].through}


_COPIES = sa.select(ever).where(ever.c.card.in_(sa.bindparam("cards", expanding=True)))


def copies(conn: Connection, cards: Sequence[str]) -> dict[str, Ever]:
    """Of those cards that have one, good or not."""
    found: dict[str, Ever] = {}
    for some in _some_at_a_time(cards):
        rows = conn.execute(_COPIES, {"cards": some})
        found |= {row.card: Ever(row.through, row.sums) for row in rows}
    return found


def missing(conn: Connection) -> dict[str, date]:
    """Cards without a copy of the day that rollups of theirs reach, and that day."""
    held = sa.select(rolled_days.c.card, rolled_days.c.through).outerjoin(
        ever, rolled_days.c.card == ever.c.card
    )
    stale = ever.c.through.is_(None) | (ever.c.through != rolled_days.c.through)
    return {row.card: row.through for row in conn.execute(held.where(stale))}


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
    else:
        for some in _some_at_a_time(sorted(cards)):
            conn.execute(sa.delete(ever).where(ever.c.card.in_(some)))


def _some_at_a_time(cards: Sequence[str]) -> Iterator[Sequence[str]]:
    """A statement holds no more than 32 766 values."""
    for first in range(0, len(cards), NAMED_MAX):
        yield cards[first : first + NAMED_MAX]
