"""From the event store to figures: reads the events of some days and makes the tables of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from pipeline.blocks import Block
from pipeline.days import on_days
from pipeline.frames import COUNTED, WORD, checked
from pipeline.rollups import tables
from schema.store import EventStore

_READ_AS = {"language": "lang AS language", "class": "{class_} AS class"}
_COLUMNS = ", ".join(_READ_AS.get(name, name) for name in COUNTED)

_WORDS = [name for name, kind in COUNTED.items() if kind == WORD]

_EVENTS = f"""\
SELECT {_COLUMNS} FROM events
WHERE card IN {{{{cards:Array(String)}}}}
  AND at >= fromUnixTimestamp64Milli({{{{start_ms:Int64}}}}, 'UTC')
  AND at < fromUnixTimestamp64Milli({{{{end_ms:Int64}}}}, 'UTC')
"""

Tables = dict[str, pl.DataFrame]
"""The rows of each of `pipeline.rollups.TABLES`."""


@dataclass(frozen=True, slots=True)
class Classes:
    """What is taken for the class of an event: an expression of the store's, and its parameters."""

    expression: str = "class"
    parameters: Mapping[str, Any] = field(default_factory=dict)


AS_STORED: Final = Classes()


def stored_events(store: EventStore, block: Block, classes: Classes = AS_STORED) -> pl.DataFrame:
    """As the store has them, but for their class where another one is to be tried."""
    start_ms, end_ms = block.span_ms()
    params = {"cards": list(block.cards), "start_ms": start_ms, "end_ms": end_ms}
    question = _EVENTS.format(class_=classes.expression)
    return store.frame(question, {**params, **classes.parameters})


def placed_events(stored: pl.DataFrame, block: Block) -> pl.LazyFrame:
    """Each with its local day and hour."""
    events = checked(stored.with_columns(pl.col(_WORDS).cast(WORD)).lazy(), COUNTED)
    return on_days(events, block.zone, block.first, block.last)


def tables_of_block(
    store: EventStore,
    block: Block,
    classes: Classes = AS_STORED,
) -> Tables:
    made = tables(placed_events(stored_events(store, block, classes), block))
    return dict(zip(made, pl.collect_all(list(made.values())), strict=True))
