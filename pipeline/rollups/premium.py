"""Premium: hours for trends, and breakdowns by place and by source."""

import polars as pl

from pipeline.frames import CARD_HOURS, CELLS, NUMBERED, VISITS_OF_EVENTS, WORD, checked
from pipeline.rollups.breakdowns import Dimension, column
from pipeline.visits import CLICK, CONTACT_CLICK, VIEW
from schema.metrics import RECIPE


def _inside(*places: str) -> pl.Expr:
    return pl.concat_str(*places, separator="|").cast(WORD)


PLACES: tuple[Dimension, ...] = (
    column("country"),
    # With what they are in, so that two places of one name stay apart.
    Dimension("region", _inside("country", "region")),
    Dimension("city", _inside("country", "region", "city")),
)

SOURCES: tuple[Dimension, ...] = (column("source"), column("medium"), column("referrer"))


def card_hours(numbered: pl.LazyFrame, visits: pl.LazyFrame) -> pl.LazyFrame:
    """Views and clicks count at their own time, visits and visitors when the visit starts. An hour
    without anything has no row."""
    per_hour = [*CELLS, "hour_start", "hour"]
    seen = (
        checked(numbered, NUMBERED)
        .filter(VIEW | CLICK)
        .group_by(per_hour)
        .agg(
            VIEW.sum().alias("views"),
            CLICK.sum().alias("clicks"),
            CONTACT_CLICK.sum().alias("contact_clicks"),
        )
    )
    started = (
        checked(visits, VISITS_OF_EVENTS)
        .group_by(per_hour)
        .agg(pl.col("visitor").n_unique().alias("visitors"), pl.len().alias("visits"))
    )
    made = (
        started.join(seen, on=per_hour, how="full", coalesce=True)
        .rename({"hour_start": "start"})
        .with_columns(pl.lit(RECIPE).alias("recipe"))
        .with_columns(pl.selectors.numeric().fill_null(0))
        .cast({name: kind for name, kind in CARD_HOURS.items() if name not in CELLS})
    )
    return checked(made, CARD_HOURS)
