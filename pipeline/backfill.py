"""Computes any closed days again, of all cards or of some, while the service runs or alone.

It goes step by step. Each step is swapped in whole under the lease that the scheduled run takes
too, and is noted in the run's record, so that the same command continues where it was killed.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipeline import blocks
from pipeline.blocks import DAY, Block
from pipeline.compute import tables_of_block
from pipeline.frames import CARD_DAYS, CELLS, WORD
from pipeline.rebuild import Part, Step, cells_in, rebuild, steps_of
from pipeline.roll import SETTLE_MS, alone
from schema.clock import Clock
from schema.days import local_day
from schema.directory import cards, ever, horizons, runs
from schema.directory.backfills import Difference
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.rollup_state import last_kept
from schema.directory.runs import Run
from schema.errors import BadInput, Unavailable, described
from schema.metrics import RECIPE
from schema.store import EventStore

JOB = "backfill"
FIRST_DAY = date(2000, 1, 1)

PATIENCE_S = 600
"""How long a step waits for a scheduled run that computes just now."""
PAUSE_S = 0.5

METRICS = tuple(name for name, kind in CARD_DAYS.items() if kind == pl.UInt32)
"""What a dry run compares, before and after."""

STOPPED = "stopped"
"""What is noted of a run that was told to end before its end."""

Told = Callable[[int, int], None]
"""Hears how many events are done, of how many."""


class Stopped(Exception):
    """The process is to end; the same request goes on from there."""


@dataclass(frozen=True, slots=True)
class Request:
    first: date
    last: date
    cards: tuple[str, ...] = ()
    """None means all of them."""


@dataclass(frozen=True, slots=True)
class Totals:
    events: int
    days: int
    """Of cards."""
    resumed_days: int
    """Of these, how many an earlier run had done."""
    seconds: float


def backfill(
    store: EventStore, directory: Directory, clock: Clock, request: Request, told: Told
) -> Totals:
    began_s = time.monotonic()
    every = list(steps_of(store, _blocks(directory, request, clock())))
    events, days = _events(every), sum(map(cells_in, every))
    with _recorded(directory, clock, request, events) as (done, note):
        left = [step for part in every if (step := _without(part, done))]
        finished = events - _events(left)
        resumed_days = days - sum(map(cells_in, left))

        def count(more: int) -> None:
            nonlocal finished
            finished += more
            told(finished, events)

        for step in left:
            done_then = finished + _events([step])
            with _alone_at_last(directory, clock):
                with directory.write() as conn:
                    ever.forget(conn, request.cards or None)
                rebuild(store, step, told=count)
            finished = done_then
            told(finished, events)
            note(step, finished)
    return Totals(events, days, resumed_days, time.monotonic() - began_s)


def compare(
    store: EventStore, directory: Directory, clock: Clock, request: Request, told: Told
) -> Difference:
    """What a backfill would change. Changes nothing."""
    every = list(steps_of(store, _blocks(directory, request, clock())))
    total, done, changed = _events(every), 0, 0
    before, after = dict.fromkeys(METRICS, 0), dict.fromkeys(METRICS, 0)
    for part in (part for step in every for part in step):
        for piece in part.pieces:
            old, new = _held(store, piece), tables_of_block(store, piece)["card_days"]
            changed += _changed_days(old, new)
            for sums, frame in ((before, old), (after, new)):
                for name in METRICS:
                    sums[name] += int(frame[name].sum())
        done += part.events
        told(done, total)
    return Difference(before, after, sum(map(cells_in, every)), changed)


def _blocks(directory: Directory, request: Request, now_ms: int) -> list[Block]:
    """Refuses what cannot be computed; of days whose events are gone, keeps away in silence only
    where others of the range remain."""
    with directory.read() as conn:
        every = {card.id: card for card in cards.every(conn)}
        since_ms = horizons.since_ms(conn, horizons.RAW)
    unknown = sorted(set(request.cards) - every.keys())
    if unknown:
        raise cards.unknown(unknown[0])
    wanted = [every[card] for card in request.cards] if request.cards else list(every.values())
    _check_dates(request, wanted, now_ms)
    zones = {card.id: card.zone for card in wanted}
    kept = {zone: _last_gone(zone, since_ms) for zone in set(zones.values())}
    stretches = [
        (card, max(request.first, kept[zone] + DAY), min(request.last, _yesterday(zone, now_ms)))
        for card, zone in zones.items()
    ]
    found = [(card, first, last) for card, first, last in stretches if first <= last]
    if wanted and not found:
        raise BadInput(
            f"The events of the days from {request.first} to {request.last} are no longer held; "
            f"their figures stay as they are. Start after {max(kept.values())}."
        )
    return blocks.of_stretches(zones, found)


def _check_dates(request: Request, wanted: Sequence[Card], now_ms: int) -> None:
    if request.first > request.last:
        raise BadInput(
            f"The days from {request.first} to {request.last} are reversed; give the earlier first."
        )
    if request.first < FIRST_DAY:
        raise BadInput(f"The day {request.first} is before {FIRST_DAY}; give a later one.")
    ended = last_ended(wanted, now_ms)
    if request.last > ended:
        raise BadInput(
            f"The day {request.last} has not ended yet; the last one that can be computed is "
            f"{ended}."
        )


def last_ended(wanted: Iterable[Card], now_ms: int) -> date:
    """The last day that is over for one of these cards."""
    return max(_yesterday(zone, now_ms) for zone in {"UTC", *(card.zone for card in wanted)})


def last_gone(wanted: Iterable[Card], since_ms: int) -> date:
    """The last day of which the events are no longer all held, for every one of these cards."""
    return min((_last_gone(card.zone, since_ms) for card in wanted), default=date.min)


def _last_gone(zone: str, since_ms: int) -> date:
    return last_kept(zone, since_ms) or date.min


def _yesterday(zone: str, now_ms: int) -> date:
    return local_day(now_ms - SETTLE_MS, zone) - DAY


@contextmanager
def _recorded(
    directory: Directory, clock: Clock, request: Request, whole: int
) -> Iterator[tuple[list[Any], Callable[[Step, int], None]]]:
    """Gives what an unfinished run of the same request has done, and what notes a step as done."""
    asked = {
        "from": request.first.isoformat(),
        "to": request.last.isoformat(),
        "cards": sorted(request.cards),
        "recipe": RECIPE,
    }
    with directory.write() as conn:
        done = _done_before(runs.of_job(conn, JOB, 1), asked)
        told = {"watermark_ms": clock(), "events": 0, "of_events": whole}
        facts: dict[str, Any] = {**asked, **told, "done": done}
        run = runs.start(conn, JOB, clock())
        runs.note(conn, run, facts)

    def note(step: Step, events: int) -> None:
        done.extend(_mark(part) for part in step)
        facts["events"] = events
        with directory.write() as conn:
            runs.note(conn, run, facts)

    error: str | None = STOPPED
    try:
        yield list(done), note
        error = None
    except Stopped:
        raise
    except Exception as failure:
        error = described(failure)
        raise
    finally:
        with directory.write() as conn:
            days = sum(_days_of(mark) for mark in done)
            runs.finish(conn, run, now_ms=clock(), rows=days, error=error)


def _done_before(last: Sequence[Run], asked: dict[str, Any]) -> list[Any]:
    """By the last backfill, when it was the same and was cut short, however."""
    for run in last:
        same = run.facts and asked.items() <= run.facts.items()
        if same and (run.finished_ms is None or run.error):
            return list(run.facts["done"]) if run.facts else []
    return []


def _mark(part: Part) -> list[Any]:
    """A part's name in the record: what it covers."""
    block = part.block
    bounds = [block.first.isoformat(), block.last.isoformat()]
    return [block.zone, *bounds, block.cards[0], block.cards[-1], len(block.cards)]


def _days_of(mark: list[Any]) -> int:
    first, last = map(date.fromisoformat, mark[1:3])
    return ((last - first).days + 1) * int(mark[5])


def _without(step: Step, done: list[Any]) -> Step:
    return tuple(part for part in step if _mark(part) not in done)


@contextmanager
def _alone_at_last(directory: Directory, clock: Clock) -> Iterator[None]:
    """A scheduled run that computes just now ends soon."""
    give_up_s = time.monotonic() + PATIENCE_S
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(alone(directory, clock()))
                break
            except Unavailable:
                if time.monotonic() > give_up_s:
                    raise
                time.sleep(PAUSE_S)
        yield


def _held(store: EventStore, block: Block) -> pl.DataFrame:
    held = store.frame(
        f"SELECT {', '.join(CARD_DAYS)} FROM card_days WHERE card IN {{cards:Array(String)}}"
        " AND day BETWEEN {first:Date} AND {last:Date}",
        {"cards": list(block.cards), "first": block.first, "last": block.last},
    )
    return held.cast({"card": WORD})


def _changed_days(old: pl.DataFrame, new: pl.DataFrame) -> int:
    counted = [*CELLS, *METRICS]
    only = [
        one.select(counted).join(other.select(counted), on=counted, how="anti").select(*CELLS)
        for one, other in ((old, new), (new, old))
    ]
    return pl.concat(only).unique().height


def _events(steps: Sequence[Step]) -> int:
    return sum(part.events for step in steps for part in step)
