"""How far rollups have come, per card, and which of their days must be computed again.

A mark is counted, because events may arrive while their day is being computed. Two rules make
it impossible to lose one:

- whoever inserts events marks each of their days that has ended in its card's zone, after the
  insert and before forgetting the batch (a retry marks once more, which does no harm);
- whoever computes reads the marks first, then the events, and clears exactly the marks it read.

What was computed in another zone than the card's, or with another recipe, is not to be trusted: it
counts as not computed, so that raw events answer for it until it is computed again. Days of which
retention has dropped events are the exception. They stay as they are for ever.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.days import local_day
from schema.directory import horizons
from schema.directory.dialects import insert
from schema.directory.tables import cards, ever, late_days, rolled_days
from schema.metrics import RECIPE

CardDay = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Rolled:
    """How far a card's days are computed, and with what."""

    through: date
    zone: str
    recipe: int = RECIPE


class Answered(NamedTuple):
    """Which days of a card rollups answer for: those up to `through` that are not `late`."""

    through: date | None
    late: frozenset[date]


def of_card(conn: Connection, card: str) -> Answered:
    """For one card, for whoever asks often."""
    return of_cards(conn, [card])[card]


# A row for each marked day; one for a card without any.
_STATE = (
    sa.select(
        *(cards.c.id, cards.c.zone),
        *(rolled_days.c.through, rolled_days.c.zone.label("computed_in"), rolled_days.c.recipe),
        late_days.c.day,
    )
    .outerjoin(rolled_days, rolled_days.c.card == cards.c.id)
    .outerjoin(late_days, late_days.c.card == cards.c.id)
    .where(cards.c.id.in_(sa.bindparam("cards", expanding=True)))
    .order_by(cards.c.id)
)


def of_cards(conn: Connection, ids: Iterable[str]) -> dict[str, Answered]:
    wanted = list(ids)
    since_ms = horizons.since_ms(conn, horizons.RAW)
    found = {card: Answered(None, frozenset()) for card in wanted}
    for card, rows in groupby(conn.execute(_STATE, {"cards": wanted}), key=attrgetter("id")):
        first, *more = rows
        state = Rolled(first.through, first.computed_in, first.recipe) if first.through else None
        marked = [row.day for row in (first, *more) if row.day]
        found[card] = answered(state, marked, first.zone, since_ms)
    return found


def answered(
    state: Rolled | None, marked: Iterable[date], zone: str, raw_since_ms: int
) -> Answered:
    """For a card that is in this zone now."""
    kept = last_kept(zone, raw_since_ms)
    late = frozenset(day for day in marked if kept is None or day > kept)
    if state is None or (state.zone, state.recipe) == (zone, RECIPE):
        return Answered(state.through if state else None, late)
    return Answered(min(kept, state.through) if kept else None, late)


def last_kept(zone: str, raw_since_ms: int) -> date | None:
    """The last local day of which events are missing, or none."""
    return local_day(raw_since_ms, zone) if raw_since_ms else None


def rolled(conn: Connection) -> dict[str, Rolled]:
    """Per card, what rollups hold. A card without one has none yet."""
    rows = conn.execute(sa.select(rolled_days))
    return {row.card: Rolled(row.through, row.zone, row.recipe) for row in rows}


def set_rolled(conn: Connection, done: Mapping[str, Rolled]) -> None:
    if done:
        new = insert(conn, rolled_days)
        names = ("through", "zone", "recipe")
        newer = new.on_conflict_do_update(
            index_elements=[rolled_days.c.card], set_={name: new.excluded[name] for name in names}
        )
        conn.execute(newer, [{"card": card} | asdict(each) for card, each in sorted(done.items())])


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


def forget(conn: Connection, card: str) -> None:
    """Of a card that was erased."""
    for table in (ever, late_days, rolled_days):
        conn.execute(sa.delete(table).where(table.c.card == card))
