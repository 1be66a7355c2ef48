"""The local day of each event in its card's zone, by column."""

from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from schema.days import day_start_ms, local_day
from schema.directory.rollup_state import CardDay

Zones = pl.DataFrame
"""Columns `card` and `zone`."""


def add_days(events: pl.DataFrame, zones: Zones) -> pl.DataFrame:
    """Adds `day`. Every card has a zone.

    Zones are few and days are long: their first instants are looked up, not computed, per event.
    """
    import numpy as np

    at = events["at"].to_numpy()
    days = np.zeros(len(at), np.int32)
    zone_of = events["card"].replace_strict(zones["card"], zones["zone"])
    for zone in zone_of.unique():
        here = np.flatnonzero((zone_of == zone).to_numpy())
        times = at[here]
        first, last = local_day(int(times.min()), zone), local_day(int(times.max()), zone)
        starts = np.array(_starts(zone, first, last))
        number = np.searchsorted(starts, times, "right") - 1
        days[here] = number + (first - _EPOCH).days
    return events.with_columns(pl.Series("day", days).cast(pl.Date))


def ended(days: pl.DataFrame, zones: Zones, now_ms: int) -> set[CardDay]:
    """Those (card, day) that are over in the card's zone."""
    today = {zone: local_day(now_ms, zone) for zone in zones["zone"].unique()}
    placed = days.select("card", "day").unique().join(zones, on="card")
    return {(card, day) for card, day, zone in placed.iter_rows() if day < today[zone]}


@lru_cache(maxsize=64)
def _starts(zone: str, first: date, last: date) -> tuple[int, ...]:
    """The first instants of these local days."""
    return tuple(
        day_start_ms(first + timedelta(days=n), zone) for n in range((last - first).days + 1)
    )


_EPOCH = date(1970, 1, 1)
