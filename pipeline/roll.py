"""Brings rollups up to date: every local day that has ended, and those that got late events.

What there is to do follows from the directory alone, so a run that was killed, or a service that
slept for a week, is caught up by the next run. Days are computed whole: twice gives the same.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import polars as pl

from pipeline.frames import COUNTED, SPANS, checked
from pipeline.rollups import ROLLUPS, on_days
from pipeline.swap import replace_cells
from schema.days import day_span_ms, local_day
from schema.directory import cards, horizons, leases, rollup_state
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.rollup_state import CardDay, Rolled
from schema.errors import Unavailable
from schema.store import EventStore

SETTLE_MS = 60_000
"""How long after midnight a day counts as ended: the clocks of two machines may differ."""

LEASE = "rollups"
LEASE_MS = 30 * 60_000
"""A run that takes longer would have been killed; another may then begin."""

SLICE_DAYS = 7
"""Days fetched at once: bounds memory, while slices overlap by no more than the zones do."""

NAMED_CARDS_MAX = 1_000
"""Up to here a query names its cards; beyond, reading the whole days is quicker."""

_EVENTS = f"""\
SELECT {", ".join(COUNTED)} FROM events
WHERE at >= {{start:DateTime64(3, 'UTC')}} AND at < {{end:DateTime64(3, 'UTC')}}
  AND (empty({{cards:Array(String)}}) OR card IN {{cards:Array(String)}})
  AND (class != 'human' OR name IN ('view', 'click'))
"""


@dataclass(frozen=True, slots=True)
class Todo:
    """What is to be computed, and what is then written down as done."""

    zones: dict[str, str]
    days: frozenset[CardDay]
    through: dict[str, date]
    late: dict[CardDay, int]


def roll_closed_days(store: EventStore, directory: Directory, now_ms: int) -> int:
    """Gives how many (card, day) were computed."""
    with _alone(directory, now_ms):
        todo = _todo(directory, now_ms - SETTLE_MS)
        by_month = groupby(sorted(todo.days, key=_by_day), key=lambda each: each[1].replace(day=1))
        for _, days in by_month:
            _roll_month(store, todo.zones, list(days))
        with directory.write() as conn:
            done = {card: Rolled(day, todo.zones[card]) for card, day in todo.through.items()}
            rollup_state.set_rolled(conn, done)
            rollup_state.clear_late(conn, todo.late)
    return len(todo.days)


@contextmanager
def _alone(directory: Directory, now_ms: int) -> Iterator[None]:
    holder = secrets.token_hex(8)
    with directory.write() as conn:
        taken = leases.take(conn, LEASE, holder, now_ms, LEASE_MS)
    if not taken:
        raise Unavailable("Rollups are being computed by another process; try again in a minute.")
    try:
        yield
    finally:
        with directory.write() as conn:
            leases.take(conn, LEASE, holder, now_ms, 0)


def _todo(directory: Directory, now_ms: int) -> Todo:
    with directory.read() as conn:
        # The marks first, then (later) the events: `rollup_state` says why.
        marked = rollup_state.late(conn)
        states = rollup_state.rolled(conn)
        since_ms = horizons.since_ms(conn, horizons.RAW)
        every_card = cards.every(conn)
    through = {
        card.id: rollup_state.answered(states.get(card.id), (), card.zone, since_ms).through
        for card in every_card
    }
    zones = {card.id: card.zone for card in every_card}
    yesterday = {zone: local_day(now_ms, zone) - _DAY for zone in set(zones.values())}
    new = {card.id: _new_days(card, through.get(card.id), yesterday) for card in every_card}
    late = {
        (card, day): marks
        for (card, day), marks in marked.items()
        if card not in zones or day <= yesterday[zones[card]]
    }
    return Todo(
        zones=zones,
        days=frozenset(
            [(card, day) for card, days in new.items() for day in days]
            + [(card, day) for card, day in late if card in zones]
        ),
        through={card: days[-1] for card, days in new.items() if days},
        late=late,
    )


def _new_days(card: Card, through: date | None, yesterday: dict[str, date]) -> list[date]:
    """From the day after the last one computed, or from the card's first day, to yesterday."""
    first = through + _DAY if through else local_day(card.created_ms, card.zone)
    return [first + n * _DAY for n in range((yesterday[card.zone] - first).days + 1)]


def _roll_month(store: EventStore, zones: dict[str, str], days: Sequence[CardDay]) -> None:
    spans = _spans(zones, days)
    slices = [_compute(store, part) for part in _slices(spans)]
    for number, rollup in enumerate(ROLLUPS):
        rows = pl.concat([computed[number] for computed in slices])
        replace_cells(store, rollup, spans.select("card", "day"), rows)


def _spans(zones: dict[str, str], days: Sequence[CardDay]) -> pl.DataFrame:
    bounds = {
        key: day_span_ms(key[1], key[0]) for key in {(zones[card], day) for card, day in days}
    }
    rows = [(card, day, *bounds[zones[card], day]) for card, day in days]
    return pl.DataFrame(rows, schema=SPANS, orient="row")


def _slices(spans: pl.DataFrame) -> list[pl.DataFrame]:
    """In order of day: a month's first week, its second, and so on."""
    number = (pl.col("day").dt.day() - 1) // SLICE_DAYS
    return spans.with_columns(number.alias("slice")).partition_by("slice", include_key=False)


def _compute(store: EventStore, spans: pl.DataFrame) -> list[pl.DataFrame]:
    """The rows of each of `ROLLUPS` for these days."""
    named = spans["card"].unique()
    events = store.frame(
        _EVENTS,
        {
            "start": spans["start"].min(),
            "end": spans["end"].max(),
            "cards": named.to_list() if named.len() <= NAMED_CARDS_MAX else [],
        },
    )
    placed = on_days(checked(events.lazy(), COUNTED), spans.lazy())
    return pl.collect_all([rollup.compute(placed) for rollup in ROLLUPS])


def _by_day(each: CardDay) -> tuple[date, str]:
    return each[1], each[0]


_DAY = timedelta(days=1)
