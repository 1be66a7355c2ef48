"""Asks answered from raw events, for days that no rollup answers for.

The visits and hours of these days are made by the functions that make those of closed days. What
`closed.py` says of visits in SQL is said here in Polars: to make all the tables of a day for three
numbers of it would take ten times as long.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from dashboard.figures.asks import IN_BEFORE, IN_PERIOD, Ask, Sums
from dashboard.figures.values import Counts, summed
from dashboard.filters import Filters
from pipeline.blocks import of_cells
from pipeline.compute import events_of_block
from pipeline.enrich.classes import HUMAN
from pipeline.frames import CELLS
from pipeline.rollups.premium import card_hours
from pipeline.visits import VIEW, numbered, visits
from schema.directory.rollup_state import CardDay
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

_MEASURES: Mapping[str, pl.Expr] = {
    "views": pl.col("views").sum(),
    "visitors": pl.struct(*CELLS, "visitor").n_unique(),
    "visits": pl.len(),
    "bounces": pl.col("bounce").sum(),
    "clicks": pl.col("clicks").sum(),
    "click_visits": (pl.col("clicks") > 0).sum(),
    "contact_clicks": pl.col("contact_clicks").sum(),
    "contact_visits": (pl.col("contact_clicks") > 0).sum(),
}
_IN_HOURS = ("views", "visitors", "visits", "clicks", "contact_clicks")
_CONTACT = pl.col("key").is_in(CONTACT_NAMES)
_OF_TARGET: Mapping[str, pl.Expr] = {
    "visitors": _MEASURES["visitors"],
    "visits": _MEASURES["visits"],
    "clicks": pl.col("value").sum(),
    "contact_clicks": pl.col("value").filter(_CONTACT).sum(),
    "contact_visits": _CONTACT.sum(),
}
_PLACES: Mapping[str, pl.Expr] = {
    "region": pl.concat_str("country", "region", separator="|"),
    "city": pl.concat_str("country", "region", "city", separator="|"),
}


@dataclass(frozen=True, slots=True)
class _Opened:
    steps: pl.DataFrame
    """Events of people, each with the number of its visit."""
    visits: pl.DataFrame
    days: pl.DataFrame
    """Of the whole card, whatever visits are asked about: what is automatic, the last view."""


def answer(
    store: EventStore,
    zones: Mapping[str, str],
    filters: Filters,
    asks: Sequence[tuple[Ask, Collection[CardDay]]],
) -> list[Sums]:
    """Each ask comes with the days it wants; events are read once for all of them."""
    blocks = of_cells(zones, {cell for _, wanted in asks for cell in wanted})
    placed = pl.concat(pl.collect_all([events_of_block(store, block) for block in blocks]))
    opened = _opened(placed, filters)
    return [_sums(ask, _within(opened, wanted)) if wanted else {} for ask, wanted in asks]


def _opened(placed: pl.DataFrame, filters: Filters) -> _Opened:
    steps = numbered(placed.lazy()).collect()
    made = visits(steps.lazy()).collect()
    for name, value in filters:
        made = made.filter(_fits(name, value))
    if filters:
        steps = steps.join(made.select("visit"), on="visit", how="semi")
    return _Opened(steps, made, _beside(placed))


def _beside(placed: pl.DataFrame) -> pl.DataFrame:
    seen = VIEW & (pl.col("class") == HUMAN)
    return placed.group_by(*CELLS).agg(
        (pl.col("class") != HUMAN).sum().alias("automatic"),
        pl.col("at").filter(seen).max().dt.epoch("ms").fill_null(0).alias("last_view_ms"),
    )


def _fits(name: str, value: str) -> pl.Expr:
    if name == "target":
        return pl.col("targets").map.contains_key(value)
    return _PLACES.get(name, pl.col(name)) == value


def _within(opened: _Opened, wanted: Collection[CardDay]) -> _Opened:
    cells = pl.DataFrame(list(wanted), CELLS, orient="row")

    def within(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.join(cells, on=list(CELLS), how="semi")

    return _Opened(within(opened.steps), within(opened.visits), within(opened.days))


def _sums(ask: Ask, opened: _Opened) -> Sums:
    if ask.table == "hours":
        hours = card_hours(opened.steps.lazy(), opened.visits.lazy()).collect()
        return _told(ask, hours, {name: pl.col(name).sum() for name in _IN_HOURS})
    if ask.table == "dims":
        return summed([_told(ask, *_broken_down(opened.visits, by)) for by in ask.bys])
    counted = _told(ask, opened.visits, _MEASURES)
    if ask.table != "days":
        return counted
    beside = {"automatic": pl.col("automatic").sum(), "last_view_ms": pl.col("last_view_ms").max()}
    return summed([counted, _told(ask, opened.days, beside)])


def _broken_down(visits: pl.DataFrame, by: str) -> tuple[pl.DataFrame, Mapping[str, pl.Expr]]:
    """Each visit under its key; under a target it stands with the clicks on it, and a view is of
    the whole card."""
    named = visits.with_columns(pl.lit(by).alias("by"))
    if by == "target":
        clicks = named.select(*CELLS, "visitor", "by", pl.col("targets").map.entries())
        return clicks.explode("targets").drop_nulls("targets").unnest("targets"), _OF_TARGET
    return named.with_columns(_PLACES.get(by, pl.col(by)).alias("key")), _MEASURES


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
    if key == "start":
        return pl.col("start").dt.epoch("s").cast(pl.String)
    return pl.col("engaged_s" if key == "second" else key).cast(pl.String)
