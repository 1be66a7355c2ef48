"""Brings rollups up to date: every local day that has ended, and those that got late events.

What there is to do follows from the directory alone, so a run that was killed, or a service that
slept for a week, is caught up by the next run. Days are computed whole: twice gives the same.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from pipeline import blocks
from pipeline.blocks import DAY, Block, Stretch
from pipeline.ever import ever_of
from pipeline.rebuild import cells_in, rebuild, steps_of
from schema.days import local_day
from schema.directory import cards, ever, horizons, leases, rollup_state
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.rollup_state import Answered, CardDay, Rolled, last_kept
from schema.store import EventStore

SETTLE_MS = 60_000
"""How long after midnight a day counts as ended: the clocks of two machines may differ."""

LEASE = "rollups"
BUSY = "Rollups are being computed by another process; try again in a minute."

_FIRST_EVENTS = """\
SELECT card, toUnixTimestamp64Milli(min(at)) FROM events
WHERE card IN {cards:Array(String)} GROUP BY card
"""

_FIRST_DAYS = """\
SELECT card, min(day) FROM card_days WHERE card IN {cards:Array(String)} GROUP BY card
"""


@dataclass(frozen=True, slots=True)
class Todo:
    """What is to be computed, and what is then written down as done."""

    blocks: list[Block]
    rolled: dict[str, Rolled]
    late: dict[CardDay, int]


def roll_closed_days(store: EventStore, directory: Directory, now_ms: int) -> int:
    """Gives how many (card, day) were computed."""
    cells = 0
    with alone(directory, now_ms) as prolong:
        todo = _todo(store, directory, now_ms - SETTLE_MS)
        for step in steps_of(store, todo.blocks):
            prolong()
            rebuild(store, step)
            cells += cells_in(step)
        prolong()
        made = ever_of(store, _without_ever(directory, todo))
        with directory.write() as conn:
            rollup_state.set_rolled(conn, todo.rolled)
            rollup_state.clear_late(conn, todo.late)
            ever.put(conn, made)
    return cells


def _without_ever(directory: Directory, todo: Todo) -> dict[str, date]:
    """Cards whose days must be added up again, and up to which day."""
    with directory.read() as conn:
        missing = ever.missing(conn)
    return missing | {card: rolled.through for card, rolled in todo.rolled.items()}


@contextmanager
def alone(directory: Directory, now_ms: int) -> Iterator[Callable[[], None]]:
    """For whoever changes what rollups hold. Gives what prolongs, to be called before each step."""
    began_s = time.monotonic()

    def clock() -> int:
        return now_ms + int((time.monotonic() - began_s) * 1000)

    with leases.held_through(directory, LEASE, clock, busy=BUSY) as prolong:
        yield prolong


def _todo(store: EventStore, directory: Directory, now_ms: int) -> Todo:
    with directory.read() as conn:
        # The marks first, then (later) the events: `rollup_state` says why.
        marked = rollup_state.late(conn)
        states = rollup_state.rolled(conn)
        since_ms = horizons.since_ms(conn, horizons.RAW)
        every = {card.id: card for card in cards.every(conn)}
    zones = {card.id: card.zone for card in every.values()}
    yesterday = {zone: local_day(now_ms, zone) - DAY for zone in set(zones.values())}
    held = {
        card.id: rollup_state.answered(states.get(card.id), (), card.zone, since_ms)
        for card in every.values()
    }
    late = {
        (card, day): marks
        for (card, day), marks in marked.items()
        if card not in zones or day <= yesterday[zones[card]]
    }
    new = _new_days(store, every, held, yesterday)
    again = [
        (card, day)
        for card, day in late
        if card in zones and _is_held(day, held[card], last_kept(zones[card], since_ms))
    ]
    return Todo(
        blocks=[*blocks.of_cells(zones, again), *blocks.of_stretches(zones, new)],
        rolled={card: Rolled(last, zones[card]) for card, _, last in new},
        late=late,
    )


def _is_held(day: date, held: Answered, kept: date | None) -> bool:
    """Later days are new ones anyway. Of earlier ones events are missing: they stay as they are."""
    return held.through is not None and day <= held.through and (kept is None or day > kept)


def _new_days(
    store: EventStore,
    every: dict[str, Card],
    held: dict[str, Answered],
    yesterday: dict[str, date],
) -> list[Stretch]:
    """From the day after the last one computed, or from the card's first day, to yesterday."""
    first = _first_days(store, [every[card] for card, each in held.items() if not each.through])
    first |= {card: each.through + DAY for card, each in held.items() if each.through}
    stretches = [(id, first[id], yesterday[card.zone]) for id, card in every.items()]
    return [(card, start, end) for card, start, end in stretches if start <= end]


def _first_days(store: EventStore, new: list[Card]) -> dict[str, date]:
    """Events may be older than their card, when they were imported; so may figures be, of the zone
    the card was in before."""
    named = {"cards": [card.id for card in new]}
    events_ms = dict(store.rows(_FIRST_EVENTS, named)) if new else {}
    days = dict(store.rows(_FIRST_DAYS, named)) if new else {}
    return {
        card.id: min(
            local_day(min(card.created_ms, events_ms.get(card.id, card.created_ms)), card.zone),
            days.get(card.id, date.max),
        )
        for card in new
    }
