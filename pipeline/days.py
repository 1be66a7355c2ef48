"""Places events in local days and hours: pure. All cards of a frame are in one zone, so a clock's
few changes are a few comparisons, whatever the number of events."""

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from pipeline.frames import COUNTED, MOMENT, PLACED, checked
from schema.days import DAY_MS, HOUR_MS, Offset, day_span_ms, offsets


def on_days(events: pl.LazyFrame, zone: str, first: date, last: date) -> pl.LazyFrame:
    """The events of the local days from `first` to `last`, each with its day and hour."""
    start_ms, end_ms = day_span_ms(first, zone)[0], day_span_ms(last, zone)[1]
    pieces = offsets(zone, start_ms, end_ms)
    at_ms = pl.col("at").dt.epoch("ms")
    local_ms = at_ms + _in_force(pieces, lambda piece: piece[1])
    since_ms = _in_force(pieces, lambda piece: piece[0])
    # Where the clock was changed within an hour, the hour begins with the change.
    hour_start_ms = pl.max_horizontal(at_ms - local_ms % HOUR_MS, since_ms)
    placed = (
        checked(events, COUNTED)
        .filter(at_ms.is_between(start_ms, end_ms, closed="left"))
        .with_columns(
            (local_ms // DAY_MS).cast(pl.Int32).cast(pl.Date).alias("day"),
            (local_ms // HOUR_MS % 24).cast(pl.UInt8).alias("hour"),
            hour_start_ms.cast(MOMENT).alias("hour_start"),
        )
    )
    return checked(placed, PLACED)


def _in_force(pieces: Sequence[Offset], part: Callable[[Offset], int]) -> pl.Expr:
    found = pl.lit(part(pieces[0]))
    for piece in pieces[1:]:
        changed = pl.col("at").dt.epoch("ms") >= piece[0]
        found = pl.when(changed).then(part(piece)).otherwise(found)
    return found
