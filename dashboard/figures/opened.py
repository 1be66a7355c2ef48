"""Asks answered from raw events, for days that no rollup answers for. What `closed.py` says in SQL
of visits is said here of the same visits in Polars."""

from collections.abc import Mapping, Sequence

import polars as pl

from dashboard.figures.asks import IN_BEFORE, IN_PERIOD, Ask, Sums
from dashboard.figures.raw import Raw, raw
from dashboard.figures.values import Counts, summed
from dashboard.filters import Filters
from pipeline.frames import CELLS
from schema.directory.rollup_state import CardDay
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

_MEASURES: Mapping[str, pl.Expr] = {
    "views": pl.col("views").sum(),
    "visitors": pl.struct("card", "day", "visitor").n_unique(),
    "visits": pl.len(),
    "bounces": pl.col("bounce").sum(),
    "clicks": pl.col("clicks").sum(),
    "click_visits": (pl.col("clicks") > 0).sum(),
    "contact_clicks": pl.col("contact_clicks").sum(),
    "contact_visits": (pl.col("contact_clicks") > 0).sum(),
}
_IN_HOURS = ("views", "clicks", "contact_clicks", "visits", "visitors")


def answer(
    store: EventStore,
    zones: Mapping[str, str],
    filters: Filters,
    asks: Sequence[tuple[Ask, Sequence[CardDay]]],
) -> list[Sums]:
    """Each ask comes with the days it wants; events are read once for all of them."""
    found = raw(store, zones, sorted({cell for _, cells in asks for cell in cells}))
    for name, value in filters:
        found = _filtered(found, name, value)
    return [
        _sums(ask, found, pl.DataFrame(cells, CELLS, orient="row"), zones) for ask, cells in asks
    ]


def _filtered(found: Raw, name: str, value: str) -> Raw:
    fits = pl.col("targets").list.contains(value) if name == "target" else pl.col(name) == value
    visits = found.visits.filter(fits)
    # Automatic traffic and the last view are of the whole card, whatever visits are asked about.
    return Raw(found.events.join(visits, on="visit", how="semi"), visits, found.days)


def _sums(ask: Ask, found: Raw, cells: pl.DataFrame, zones: Mapping[str, str]) -> Sums:
    def within(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(cells, on=list(CELLS), how="semi")

    if ask.table == "hours":
        rows = _hours(within(found.events), within(found.visits), zones)
        return _told(ask, rows, {name: pl.col(name).sum() for name in _IN_HOURS})
    visits = within(found.visits)
    if ask.table == "dims":
        return summed([_told(ask, *_broken_down(visits, by)) for by in ask.bys])
    told = _told(ask, visits.with_columns(pl.col("engaged_s").alias("second")), _MEASURES)
    if ask.table != "days":
        return told
    beside = {"automatic": pl.col("automatic").sum(), "last_view_ms": pl.col("last_view_ms").max()}
    return summed([told, _told(ask, within(found.days), beside)])


def _broken_down(visits: pl.DataFrame, by: str) -> tuple[pl.DataFrame, Mapping[str, pl.Expr]]:
    """Each visit under its key; under a target it stands with the clicks on it."""
    named = visits.with_columns(pl.lit(by).alias("by"))
    if by != "target":
        return named.with_columns(pl.col(by).alias("key")), _MEASURES
    clicks = (
        named.select("visit", pl.col("targets").alias("key"))
        .explode("key")
        .drop_nulls()
        .group_by("visit", "key")
        .agg(pl.len().alias("n"))
    )
    contact = pl.col("key").is_in(CONTACT_NAMES)
    measures = {
        **_MEASURES,
        "clicks": pl.col("n").sum(),
        "contact_clicks": pl.col("n").filter(contact).sum(),
        "contact_visits": contact.sum(),
    }
    return named.join(clicks, on="visit"), measures


def _hours(events: pl.DataFrame, visits: pl.DataFrame, zones: Mapping[str, str]) -> pl.DataFrame:
    """Views and clicks at their own time, visits and visitors at the start of the visit."""
    click = pl.col("name") == "click"
    own = events.select(
        *("card", "day", "at"),
        (pl.col("name") == "view").cast(pl.UInt32).alias("views"),
        click.cast(pl.UInt32).alias("clicks"),
        (click & pl.col("target").is_in(CONTACT_NAMES)).cast(pl.UInt32).alias("contact_clicks"),
    )
    begun = visits.select(*("card", "day", "at", "visitor"), pl.lit(1, pl.UInt32).alias("visits"))
    together = pl.concat([own, begun], how="diagonal")
    parts = [
        together.filter(pl.col("card").is_in([card for card in zones if zones[card] == zone]))
        .with_columns(*_clock(zone))
        .group_by("card", "day", "hour", "start")
        .agg(
            pl.col("views", "clicks", "contact_clicks", "visits").sum(),
            pl.col("visitor").drop_nulls().n_unique().alias("visitors"),
        )
        for zone in sorted(set(zones.values()))
    ]
    return pl.concat(parts)


def _clock(zone: str) -> tuple[pl.Expr, pl.Expr]:
    """The local hour's number, and the instant it begins at, in seconds."""
    local = pl.col("at").dt.convert_time_zone(zone)
    into_hour_s = local.dt.minute().cast(pl.Int64) * 60 + local.dt.second()
    return local.dt.hour().alias("hour"), (pl.col("at").dt.epoch("s") - into_hour_s).alias("start")


def _told(ask: Ask, rows: pl.DataFrame, measures: Mapping[str, pl.Expr]) -> Sums:
    keys = [f"k{n}" for n in range(len(ask.keys))]
    named = rows.with_columns(
        _key(ask, key).alias(k) for k, key in zip(keys, ask.keys, strict=True)
    )
    grouped = named.group_by(keys).agg(**measures) if keys else named.select(**measures)
    return {
        tuple(row.pop(key) for key in keys): Counts(**row) for row in grouped.iter_rows(named=True)
    }


def _key(ask: Ask, key: str) -> pl.Expr:
    if key == "span":
        in_period = pl.col("day") >= ask.period.first
        return pl.when(in_period).then(pl.lit(IN_PERIOD)).otherwise(pl.lit(IN_BEFORE))
    if key == "weekday":
        return pl.col("day").dt.weekday().cast(pl.String)
    return pl.col(key).cast(pl.String)
