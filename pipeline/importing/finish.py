"""From checked rows to what the store keeps: the same steps as for live events, where a row gives
what they work on; where it gives the finished value, that one stays."""

import polars as pl

from pipeline.batches import to_events
from pipeline.enrich import Enrich
from schema.wire import UNKNOWN_MEDIUM

IMPORTED = "import"
"""The `rule` of rows that came without an agent, human because the file says so (a live event
without an agent is automatic), and the `geo` of places that the file gives."""

FINISHED = ("device", "browser", "os", "country", "region", "city")


def finish(events: pl.DataFrame, enrich: Enrich, received_ms: int) -> pl.DataFrame:
    """The table `events`, from `CHECKED` with each `visitor` as a number."""
    raw = events.drop(FINISHED).rename({"referrer": "ref", "language": "lang"})
    found = enrich(
        raw.with_columns(
            pl.lit(received_ms, pl.Int64).alias("received"),
            pl.lit("").alias("tz"),
            pl.lit("").alias("mark"),
            pl.lit(0, pl.UInt16).alias("width"),
            pl.lit(0, pl.UInt8).alias("scroll"),
            pl.col("ms").fill_null(0),
        )
    )
    silent, placed = pl.col("agent") == "", events["country"] != ""
    return to_events(
        found.with_columns(
            pl.when(silent).then(pl.lit("human")).otherwise("class").alias("class"),
            pl.when(silent).then(pl.lit(IMPORTED)).otherwise("rule").alias("rule"),
            pl.when(placed).then(pl.lit(IMPORTED)).otherwise("geo").alias("geo"),
            pl.when(pl.col("medium") == "")
            .then(pl.lit(UNKNOWN_MEDIUM))
            .otherwise("medium")
            .alias("medium"),
            *(_rather(events[name], name) for name in FINISHED),
        )
    )


def _rather(given: pl.Series, name: str) -> pl.Expr:
    """What the row itself gives, where it does; else what the steps found."""
    if name == "country":
        given = given.str.to_uppercase()
    return pl.when(given != "").then(given).otherwise(name).alias(name)
