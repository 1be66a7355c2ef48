"""Visits, from events: pure, lazy frames in and out.

A visit is the events of one visitor on one card with no gap of more than 30 minutes; exactly 30 is
still the same visit. Visitor ids change at local midnight, so every local day is computed alone.
"""

import polars as pl

from pipeline.enrich.classes import HUMAN
from pipeline.frames import (
    ATTRIBUTES,
    CELLS,
    NUMBERED,
    PLACED,
    VISITS,
    VISITS_OF_EVENTS,
    checked,
)
from schema.metrics import BOUNCE_BELOW_S, GAP_MS, RECIPE
from schema.targets import CONTACT_NAMES
from schema.wire import ENGAGED_MS_MAX

VIEW = pl.col("name") == "view"
CLICK = pl.col("name") == "click"
CONTACT_CLICK = CLICK & pl.col("target").is_in(CONTACT_NAMES)

_VISITOR = (*CELLS, "visitor")


def numbered(events: pl.LazyFrame) -> pl.LazyFrame:
    """Human events by visitor, then by time, page and seq, each with its visit's number."""
    another = pl.any_horizontal(
        *(pl.col(name).ne_missing(pl.col(name).shift()) for name in _VISITOR)
    )
    paused = pl.col("at").diff().dt.total_milliseconds() > GAP_MS
    ordered = (
        checked(events, PLACED)
        .filter(pl.col("class") == HUMAN)
        .sort(*_VISITOR, "at", "page", "seq")
        .with_columns((another | paused).alias("first"))
        .with_columns(pl.col("first").cum_sum().cast(pl.UInt32).alias("visit"))
    )
    return checked(ordered, NUMBERED)


def visits(events: pl.LazyFrame) -> pl.LazyFrame:
    """One row per visit of numbered events. What a visit is known by is that of its first event."""
    numbered = checked(events, NUMBERED)
    counted = numbered.group_by("visit").agg(
        VIEW.sum().alias("views"),
        CLICK.sum().alias("clicks"),
        CONTACT_CLICK.sum().alias("contact_clicks"),
    )
    bounced = (
        (pl.col("views") <= 1) & (pl.col("clicks") == 0) & (pl.col("engaged_s") < BOUNCE_BELOW_S)
    )
    made = (
        numbered.filter("first")
        .select(
            *CELLS,
            pl.col("at").alias("start"),
            "hour",
            "hour_start",
            "visitor",
            "visit",
            *ATTRIBUTES,
        )
        .join(counted, on="visit")
        .join(_engaged(numbered), on="visit", how="left")
        .join(_targets(numbered), on="visit", how="left")
        .with_columns(pl.col("engaged_s").fill_null(0), pl.col("targets").fill_null([]))
        .with_columns(
            pl.col("targets").cast(VISITS["targets"]),
            bounced.cast(pl.UInt8).alias("bounce"),
            pl.lit(RECIPE, pl.UInt16).alias("recipe"),
        )
    )
    return checked(made, VISITS_OF_EVENTS)


def _engaged(numbered: pl.LazyFrame) -> pl.LazyFrame:
    """The largest total of each page instance, capped, then the sum in whole seconds."""
    return (
        numbered.filter(pl.col("name") == "engage")
        .group_by("visit", "page")
        .agg(pl.col("ms").max().clip(upper_bound=ENGAGED_MS_MAX))
        .group_by("visit")
        .agg((pl.col("ms").sum() // 1000).cast(pl.UInt32).alias("engaged_s"))
    )


def _targets(numbered: pl.LazyFrame) -> pl.LazyFrame:
    """Clicks by target, as the entries of a map."""
    return (
        numbered.filter(CLICK)
        .group_by("visit", pl.col("target").alias("key"))
        .agg(pl.len().cast(pl.UInt32).alias("value"))
        .sort("visit", "key")
        .group_by("visit")
        .agg(pl.struct("key", "value").alias("targets"))
    )
