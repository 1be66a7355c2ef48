"""The figures of local days, from events: pure, lazy frames in and out.

Only events of class `human` are counted. All others, whatever their name, are `automatic`.
A day without anything has no row.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pipeline.enrich.classes import HUMAN
from pipeline.frames import CARD_DAYS, CARD_DIMS, COUNTED, EVENTS_OF_DAYS, SPANS, checked
from schema.metrics import RECIPE
from schema.targets import CONTACT_NAMES

_human = pl.col("class") == HUMAN
_view = _human & (pl.col("name") == "view")
_click = _human & (pl.col("name") == "click")
_never = pl.lit(0).cast(COUNTED["at"])


@dataclass(frozen=True, slots=True)
class Rollup:
    """One table of figures: how its rows follow from the events of some days."""

    table: str
    columns: pl.Schema
    compute: Callable[[pl.LazyFrame], pl.LazyFrame]


def on_days(events: pl.LazyFrame, spans: pl.LazyFrame) -> pl.LazyFrame:
    """The events that fall into one of the local days, each with its `day`."""
    starts = checked(spans, SPANS).sort("start")
    return (
        checked(events, COUNTED)
        .sort("at")
        .join_asof(starts, left_on="at", right_on="start", by="card", check_sortedness=False)
        .filter(pl.col("at") < pl.col("end"))
        .drop("start", "end")
    )


def card_days(events: pl.LazyFrame) -> pl.LazyFrame:
    counted = (
        checked(events, EVENTS_OF_DAYS)
        .group_by("card", "day")
        .agg(
            _view.sum().alias("views"),
            _click.sum().alias("clicks"),
            (_click & pl.col("target").is_in(CONTACT_NAMES)).sum().alias("contact_clicks"),
            (~_human).sum().alias("automatic"),
            pl.col("at").filter(_view).max().fill_null(_never).alias("last_view_at"),
        )
        .filter(pl.sum_horizontal("views", "clicks", "automatic") > 0)
        .with_columns(pl.lit(RECIPE, pl.UInt16).alias("recipe"))
    )
    return checked(counted, CARD_DAYS).sort("card", "day")


def card_dims(events: pl.LazyFrame) -> pl.LazyFrame:
    """Breakdowns. A target has clicks and no views: a view is of the whole card."""
    counted = (
        checked(events, EVENTS_OF_DAYS)
        .filter(_click)
        .group_by("card", "day", pl.col("target").alias("key"))
        .agg(pl.len().cast(pl.UInt32).alias("clicks"))
        .with_columns(
            pl.lit("target").alias("by"),
            pl.lit(0, pl.UInt32).alias("views"),
            pl.lit(RECIPE, pl.UInt16).alias("recipe"),
        )
    )
    return checked(counted, CARD_DIMS).sort("card", "day", "by", "key")


ROLLUPS: tuple[Rollup, ...] = (
    Rollup("card_days", CARD_DAYS, card_days),
    Rollup("card_dims", CARD_DIMS, card_dims),
)
