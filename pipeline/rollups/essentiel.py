"""Essentiel: the figures of a day, and clicks button by button."""

import polars as pl

from pipeline.enrich.classes import HUMAN
from pipeline.frames import (
    CARD_DAYS,
    CARD_DIMS,
    CELLS,
    MOMENT,
    NUMBERED,
    PLACED,
    VISITS_OF_EVENTS,
    WORD,
    checked,
)
from pipeline.visits import CLICK, VIEW
from schema.metrics import RECIPE
from schema.targets import CONTACT_NAMES

_NEVER = pl.lit(0).cast(MOMENT)


def card_days(placed: pl.LazyFrame, numbered: pl.LazyFrame, visits: pl.LazyFrame) -> pl.LazyFrame:
    """A day without any event has no row. What is not human is `automatic`, whatever its name."""
    per_day = list(CELLS)
    automatic = (
        checked(placed, PLACED)
        .filter(pl.col("class") != HUMAN)
        .group_by(per_day)
        .agg(pl.len().alias("automatic"))
    )
    last_view = (
        checked(numbered, NUMBERED)
        .filter(VIEW)
        .group_by(per_day)
        .agg(pl.col("at").max().alias("last_view_at"))
    )
    made = (
        _of_visits(visits)
        .join(_visits_by(visits, "engaged_s", "engaged"), on=per_day)
        .join(_visits_by(visits, "hour", "starts"), on=per_day)
        .join(last_view, on=per_day, how="left")
        .join(automatic, on=per_day, how="full", coalesce=True)
        .with_columns(
            pl.col("last_view_at").fill_null(_NEVER),
            pl.col("engaged", "starts").fill_null([]),
            pl.lit(RECIPE, pl.UInt16).alias("recipe"),
        )
        .with_columns(pl.selectors.numeric().fill_null(0))
        .cast({name: kind for name, kind in CARD_DAYS.items() if name not in CELLS})
    )
    return checked(made, CARD_DAYS)


def targets(numbered: pl.LazyFrame) -> pl.LazyFrame:
    """Clicks on each button and the visits that have them. A visit can be under several, so they
    do not sum to the visits; a view is of the whole card, so there are none."""
    contact = pl.col("key").is_in(CONTACT_NAMES)
    counted = (
        checked(numbered, NUMBERED)
        .filter(CLICK)
        .group_by(*CELLS, pl.col("target").alias("key"))
        .agg(
            pl.col("visitor").n_unique().alias("visitors"),
            pl.col("visit").n_unique().alias("visits"),
            pl.len().alias("clicks"),
        )
        .with_columns(
            pl.lit("target", WORD).alias("by"),
            pl.lit(0).alias("views"),
            pl.lit(0).alias("bounces"),
            pl.when(contact).then("clicks").otherwise(0).alias("contact_clicks"),
            pl.when(contact).then("visits").otherwise(0).alias("contact_visits"),
            pl.lit(RECIPE).alias("recipe"),
        )
        .cast({name: kind for name, kind in CARD_DIMS.items() if name not in CELLS})
    )
    return checked(counted, CARD_DIMS)


def _of_visits(visits: pl.LazyFrame) -> pl.LazyFrame:
    return (
        checked(visits, VISITS_OF_EVENTS)
        .group_by(*CELLS)
        .agg(
            pl.col("views").sum(),
            pl.col("visitor").n_unique().alias("visitors"),
            pl.len().alias("visits"),
            pl.col("bounce").sum().alias("bounces"),
            pl.col("clicks", "contact_clicks").sum(),
            (pl.col("clicks") > 0).sum().alias("click_visits"),
            (pl.col("contact_clicks") > 0).sum().alias("contact_visits"),
        )
    )


def _visits_by(visits: pl.LazyFrame, column: str, name: str) -> pl.LazyFrame:
    """Seconds, or hours → visits, as the entries of a map: it adds up over days and cards, and one
    of seconds has the median in it."""
    return (
        visits.group_by(*CELLS, pl.col(column).alias("key"))
        .agg(pl.len().cast(pl.UInt32).alias("value"))
        .sort("key")
        .group_by(*CELLS, maintain_order=True)
        .agg(pl.struct("key", "value").alias(name))
    )
