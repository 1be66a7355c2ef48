"""Brings rollups up to date: every local day that has ended, and those that got late events.

What there is to do follows from the directory alone, so a run that was killed, or a service that
slept for a week, is caught up by the next run. Days are computed whole: twice gives the same. Each
step is written down when it is swapped in, so a run that ends early is gone on with.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from pipeline import blocks
from pipeline.blocks import DAY, Block, Stretch
from pipeline.ever import added, are_being_deleted, ever_of, sums_of
from pipeline.rebuild import Step, cells_in, rebuild, steps_of
from pipeline.swap import address_of
from schema.days import local_day
from schema.directory import cards, ever, horizons, leases, rollup_state
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.ever import Ever, Sums
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
    """What is to be computed, and from where."""

    blocks: list[Block]
    held: dict[str, Answered]
    """Per card, what rollups answer for, and which days of that are computed again."""
    late: dict[CardDay, int]


def roll_closed_days(
    store: EventStore,
    directory: Directory,
    now_ms: int,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Gives how many (card, day) were computed. Asks before each step whether to stop."""
    cells = 0
    with alone(directory, now_ms) as prolong:
        todo = _todo(store, directory, now_ms - SETTLE_MS)
        for step in steps_of(store, todo.blocks):
            if stopping():
                return cells
            prolong()
            sums = _computed(store, step)
            _write_down(directory, todo, step, sums)
            cells += cells_in(step)
        prolong()
        _end(store, directory, todo)
    return cells


def _computed(store: EventStore, step: Step) -> list[dict[str, Sums]]:
    """Gives what the days of each piece add up to."""
    sums: list[dict[str, Sums]] = []
    rebuild(store, step, made=lambda tables: sums.append(sums_of(tables)))
    return sums


def _write_down(
    directory: Directory, todo: Todo, step: Step, sums: Sequence[Mapping[str, Sums]]
) -> None:
    """How far cards have come, which marks are done with, and what their days now add up to. Where
    that is not to be had by adding, it is forgotten."""
    cards = {card for part in step for card in part.block.cards}
    reached = _reached(todo, step)
    with directory.write() as conn:
        before = ever.of_cards(conn, {card: todo.held[card] for card in cards})
        made = {
            card: Ever(reached[card].through, added([had, *(each.get(card, {}) for each in sums)]))
            for card, had in before.items()
        }
        rollup_state.set_rolled(conn, reached)
        rollup_state.clear_late(conn, _marks_in(step, todo.late))
        ever.put(conn, made)
        ever.forget(conn, cards - made.keys())
    for card, rolled in reached.items():
        todo.held[card] = todo.held[card]._replace(through=rolled.through)


def _reached(todo: Todo, step: Step) -> dict[str, Rolled]:
    """Blocks come in order of time, so the days of a card up to these have been computed."""
    found: dict[str, Rolled] = {}
    for part in step:
        block = part.block
        for card in block.cards:
            through = found[card].through if card in found else todo.held[card].through
            if through is None or block.last > through:
                found[card] = Rolled(block.last, block.zone)
    return found


def _marks_in(step: Step, late: Mapping[CardDay, int]) -> dict[CardDay, int]:
    blocks_of: dict[str, list[Block]] = defaultdict(list)
    for part in step:
        for card in part.block.cards:
            blocks_of[card].append(part.block)
    return {
        (card, day): marks
        for (card, day), marks in late.items()
        if any(block.first <= day <= block.last for block in blocks_of.get(card, ()))
    }


def _end(store: EventStore, directory: Directory, todo: Todo) -> None:
    """Sums that could not be added to, and marks on days that are not computed. Where rows are
    about to go, sums wait for the next run."""
    with directory.read() as conn:
        missing = ever.missing(conn)
    wait = missing and are_being_deleted(store, address_of(store))
    made = {} if wait else ever_of(store, missing)
    with directory.write() as conn:
        rollup_state.clear_late(conn, todo.late)
        ever.put(conn, made)


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
        held=held | _with_late(held, again),
        late=late,
    )


def _with_late(held: Mapping[str, Answered], again: Sequence[CardDay]) -> dict[str, Answered]:
    days: dict[str, set[date]] = defaultdict(set)
    for card, day in again:
        days[card].add(day)
    return {card: held[card]._replace(late=frozenset(late)) for card, late in days.items()}


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
