"""Breakdowns of visits, one way for all of them: a dimension is a name and where its key is."""

from dataclasses import dataclass

import polars as pl

from pipeline.frames import CARD_DIMS, CELLS, VISITS_OF_EVENTS, WORD, checked
from schema.metrics import RECIPE


@dataclass(frozen=True, slots=True)
class Dimension:
    by: str
    key: pl.Expr
    """Empty where it is not known."""


def column(name: str) -> Dimension:
    return Dimension(name, pl.col(name))


def broken_down(visits: pl.LazyFrame, dimension: Dimension) -> pl.LazyFrame:
    """All that a visit has counts under its key, so each breakdown sums to the total."""
    counted = (
        checked(visits, VISITS_OF_EVENTS)
        .group_by(*CELLS, dimension.key.alias("key"))
        .agg(
            pl.col("views").sum(),
            pl.col("visitor").n_unique().alias("visitors"),
            pl.len().alias("visits"),
            pl.col("bounce").sum().alias("bounces"),
            pl.col("clicks", "contact_clicks").sum(),
            (pl.col("contact_clicks") > 0).sum().alias("contact_visits"),
        )
        .with_columns(
            pl.lit(dimension.by, WORD).alias("by"), pl.lit(RECIPE, pl.UInt16).alias("recipe")
        )
        .cast({"visitors": pl.UInt32, "visits": pl.UInt32, "bounces": pl.UInt32})
    )
    return checked(counted, CARD_DIMS)
