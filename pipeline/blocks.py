"""What is computed at once: some days of some cards in one zone and one month. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

import polars as pl

from pipeline.frames import CELLS
from schema.days import day_span_ms
from schema.directory.rollup_state import CardDay

DAY = timedelta(days=1)

Stretch = tuple[str, date, date]
"""The days of a card from one to another, both included."""


@dataclass(frozen=True, slots=True)
class Block:
    """Every day from `first` to `last` of every card."""

    zone: str
    first: date
    last: date
    cards: tuple[str, ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def span_ms(self) -> tuple[int, int]:
        return day_span_ms(self.first, self.zone)[0], day_span_ms(self.last, self.zone)[1]

    def cells(self) -> pl.DataFrame:
        days = pl.DataFrame({"day": pl.date_range(self.first, self.last, eager=True)})
        return pl.DataFrame({"card": self.cards}, schema={"card": CELLS["card"]}).join(
            days, how="cross"
        )


def of_stretches(zones: Mapping[str, str], stretches: Iterable[Stretch]) -> list[Block]:
    """As few blocks as cover exactly these days, in order of time."""
    alike: dict[tuple[date, date, str], list[str]] = defaultdict(list)
    for card, first, last in sorted(stretches):
        for start, end in _months(first, last):
            alike[start, end, zones[card]].append(card)
    return [
        Block(zone, first, last, tuple(cards))
        for (first, last, zone), cards in sorted(alike.items())
    ]


def of_cells(zones: Mapping[str, str], cells: Iterable[CardDay]) -> list[Block]:
    return of_stretches(zones, _stretches(cells))


def split(block: Block, events_of: Mapping[str, int], events_max: int) -> Iterator[Block]:
    """Into blocks of at most so many events each, as far as days of cards allow."""
    taken: list[str] = []
    events = 0
    for card in block.cards:
        more = events_of.get(card, 0)
        if taken and events + more > events_max:
            yield replace(block, cards=tuple(taken))
            taken, events = [], 0
        taken.append(card)
        events += more
        if events > events_max:
            yield from _by_days(replace(block, cards=(card,)), ceil(events / events_max))
            taken, events = [], 0
    if taken:
        yield replace(block, cards=tuple(taken))


def all_cells(blocks: Iterable[Block]) -> pl.DataFrame:
    empty = pl.DataFrame(schema=CELLS)
    return pl.concat([empty, *(block.cells() for block in blocks)])


def _by_days(block: Block, parts: int) -> Iterator[Block]:
    step = timedelta(days=ceil(block.days / parts))
    first = block.first
    while first <= block.last:
        yield replace(block, first=first, last=min(first + step - DAY, block.last))
        first += step


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        next_month = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield first, min(last, next_month - DAY)
        first = next_month


def _stretches(cells: Iterable[CardDay]) -> Iterator[Stretch]:
    """Days of one card that follow each other are one stretch."""
    open_stretch: Stretch | None = None
    for card, day in sorted(cells):
        if open_stretch and open_stretch[0] == card and open_stretch[2] + DAY == day:
            open_stretch = (card, open_stretch[1], day)
            continue
        if open_stretch:
            yield open_stretch
        open_stretch = (card, day, day)
    if open_stretch:
        yield open_stretch
