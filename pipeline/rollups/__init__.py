"""The figures of local days, from events: pure, lazy frames in and out.

Only events of class `human` are counted; all others are `automatic`. What each tier adds is in the
file with its name. Multi-Cartes adds none: it sums.
"""

import polars as pl

from pipeline.frames import (
    CARD_DAYS,
    CARD_DIMS,
    CARD_HOURS,
    PLACED,
    VISITS,
    checked,
)
from pipeline.rollups.breakdowns import Dimension, broken_down
from pipeline.rollups.essentiel import card_days, targets
from pipeline.rollups.force_de_vente import COMPLETE
from pipeline.rollups.premium import PLACES, SOURCES, card_hours
from pipeline.visits import numbered, visits

TABLES: dict[str, pl.Schema] = {
    "visits": VISITS,
    "card_hours": CARD_HOURS,
    "card_days": CARD_DAYS,
    "card_dims": CARD_DIMS,
}
"""The tables of closed days."""

DIMENSIONS: tuple[Dimension, ...] = (*PLACES, *SOURCES, *COMPLETE)
"""By what visits are broken down; `target` comes from the clicks."""


def tables(placed: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    """The rows of each of `TABLES` for the days of these events."""
    events = checked(placed, PLACED)
    steps = numbered(events).cache()
    made = visits(steps).cache()
    broken = [broken_down(made, dimension) for dimension in DIMENSIONS]
    return {
        "visits": checked(made, VISITS),
        "card_hours": card_hours(steps, made),
        "card_days": card_days(events, steps, made),
        "card_dims": pl.concat([*broken, targets(steps)]),
    }
