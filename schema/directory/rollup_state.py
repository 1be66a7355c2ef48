"""How far rollups have come, per card, and which of their days must be computed again.

A mark is counted, because events may arrive while their day is being computed. Two rules make
it impossible to lose one:

- whoever inserts events marks each of their days that has ended in its card's zone, after the
  insert and before forgetting the batch (a retry marks once more, which does no harm);
- whoever computes reads the marks first, then the events, and clears exactly the marks it read.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.dialects import insert
from schema.directory.tables import late_days, rolled_days

CardDay = tuple[str, date]


def rolled_through(conn: Connection) -> dict[str, date]:
    """Per card, the last day that rollups hold. A card without one has none yet."""
    return {row.card: row.through for row in conn.execute(sa.select(rolled_days))}


def of_card(conn: Connection, card: str) -> tuple[date | None, frozenset[date]]:
    """For one card, for whoever asks often: the last day that rollups hold, its marked days."""
    through = sa.select(rolled_days.c.through).where(rolled_days.c.card == card)
    marked = sa.select(late_days.c.day).where(late_days.c.card == card)
    return conn.execute(through).scalar_one_or_none(), frozenset(conn.execute(marked).scalars())


def set_rolled(conn: Connection, through: Mapping[str, date]) -> None:
    if through:
        new = insert(conn, rolled_days)
        newer = new.on_conflict_do_update(
            index_elements=[rolled_days.c.card], set_={"through": new.excluded.through}
        )
        conn.execute(
            newer, [{"card": card, "through": day} for card, day in sorted(through.items())]
        )


def mark_late(conn: Connection, days: Iterable[CardDay]) -> None:
    # In order, so that two writers cannot wait for each other's rows.
    rows = [{"card": card, "day": day, "marks": 1} for card, day in sorted(days)]
    if rows:
        again = insert(conn, late_days).on_conflict_do_update(
            index_elements=[late_days.c.card, late_days.c.day],
            set_={"marks": late_days.c.marks + 1},
        )
        conn.execute(again, rows)


def late(conn: Connection) -> dict[CardDay, int]:
    """The marked days, each with its number of marks, which `clear_late` wants back."""
    return {(row.card, row.day): row.marks for row in conn.execute(sa.select(late_days))}


def clear_late(conn: Connection, done: Mapping[CardDay, int]) -> None:
    """A day that was marked again since `late` was read stays marked."""
    gone = sa.delete(late_days).where(
        late_days.c.card == sa.bindparam("done_card"),
        late_days.c.day == sa.bindparam("done_day"),
        late_days.c.marks == sa.bindparam("done_marks"),
    )
    rows = [
        {"done_card": card, "done_day": day, "done_marks": marks}
        for (card, day), marks in sorted(done.items())
    ]
    if rows:
        conn.execute(gone, rows)
