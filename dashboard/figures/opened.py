"""Asks about several cards, or one with many events, answered from raw events, for days that no
rollup answers for.

The visits and hours of these days are made by the functions that make those of closed days. What
`closed.py` says of visits in SQL is said here in Polars: to make all the tables of a day for three
numbers of it would take ten times as long.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import polars as pl

from dashboard.figures.asks import IN_BEFORE, IN_PERIOD, Ask, Sums
from dashboard.figures.values import Counts, summed
from dashboard.filters import PLACES, Filters
from pipeline.blocks import of_cells
from pipeline.compute import placed_events, stored_events
from pipeline.enrich.classes import HUMAN
from pipeline.frames import CELLS
from pipeline.rollups.premium import card_hours
from pipeline.visits import CLICK, CONTACT_CLICK, VIEW, numbered, visits
from schema.directory.rollup_state import CardDay
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

_MEASURES: Mapping[str, pl.Expr] = {
    "views": pl.col("views").sum(),
    "visitors": pl.col("person").n_unique(),
    "visits": pl.len(),
    "bounces": pl.col("bounce").sum(),
    "clicks": pl.col("clicks").sum(),
    "click_visits": (pl.col("clicks") > 0).sum(),
    "contact_clicks": pl.col("contact_clicks").sum(),
    "contact_visits": (pl.col("contact_clicks") > 0).sum(),
}
_COUNTED = ("views", "bounce", "clicks", "contact_clicks")
_IN_HOURS = ("views", "visitors", "visits", "clicks", "contact_clicks")
_CONTACT = pl.col("key").is_in(CONTACT_NAMES)
_OF_TARGET: Mapping[str, pl.Expr] = {
    "visitors": _MEASURES["visitors"],
    "visits": _MEASURES["visits"],
    "clicks": pl.col("value").sum(),
    "contact_clicks": pl.col("value").filter(_CONTACT).sum(),
    "contact_visits": _CONTACT.sum(),
}
_PLACES = {by: pl.concat_str(*inside, separator="|") for by, inside in PLACES.items()}


_PERSON = pl.struct(*CELLS, "visitor").rle_id().alias("person")
"""Of visits in the order of their visitors."""


@dataclass(frozen=True, slots=True)
class _Opened:
    steps: pl.LazyFrame
    """Events of people, each with the number of its visit."""
    visits: pl.LazyFrame
    """Each with the number of its `person`: a visitor on one card and day."""
    days: pl.LazyFrame
    """Of the whole card, whatever visits are asked about: what is automatic, the last view."""


def answer(
    store: EventStore,
    zones: Mapping[str, str],
    filters: Filters,
    asks: Sequence[tuple[Ask, Collection[CardDay]]],
) -> list[Sums]:
    """Each ask comes with the days it wants; events are read once for all of them."""
    every = {cell for _, wanted in asks for cell in wanted}
    stored = [(stored_events(store, block), block) for block in of_cells(zones, every)]
    held = [placed_events(*each) for each in stored if not each[0].is_empty()]
    if not held:
        return [{} for _ in asks]
    opened = _opened(pl.concat(pl.collect_all(held)), filters)
    parts = [
        (number, grouped)
        for number, (ask, wanted) in enumerate(asks)
        if wanted
        for grouped in _grouped(ask, _within(opened, set(wanted), every))
    ]
    return _sums([ask for ask, _ in asks], parts)


def _sums(asks: Sequence[Ask], parts: Sequence[tuple[int, pl.LazyFrame]]) -> list[Sums]:
    # Together: for the few events of a day, planning costs more than counting.
    counted = pl.collect_all([grouped for _, grouped in parts])
    sums: list[list[Sums]] = [[] for _ in asks]
    for (number, _), frame in zip(parts, counted, strict=True):
        sums[number].append(_told(len(asks[number].keys), frame))
    return [summed(each) for each in sums]


def _opened(placed: pl.DataFrame, filters: Filters) -> _Opened:
    steps = numbered(placed.lazy()).collect().lazy()
    ordered = visits(steps).sort("visit").with_columns(_PERSON)
    made = ordered.filter(*(_fits(name, value) for name, value in filters)).collect().lazy()
    if filters:
        steps = steps.join(made.select("visit"), on="visit", how="semi")
    return _Opened(steps, made, _beside(placed.lazy()))


def _beside(placed: pl.LazyFrame) -> pl.LazyFrame:
    seen = VIEW & (pl.col("class") == HUMAN)
    return placed.group_by(*CELLS).agg(
        (pl.col("class") != HUMAN).sum().alias("automatic"),
        pl.col("at").filter(seen).max().dt.epoch("ms").fill_null(0).alias("last_view_ms"),
    )


def _fits(name: str, value: str) -> pl.Expr:
    if name == "target":
        return pl.col("targets").map.contains_key(value)
    return _PLACES.get(name, pl.col(name)) == value


def _within(opened: _Opened, wanted: Set[CardDay], every: Set[CardDay]) -> _Opened:
    if wanted == every:
        return opened
    cells = pl.LazyFrame(list(wanted), CELLS, orient="row")

    def within(frame: pl.LazyFrame) -> pl.LazyFrame:
        return frame.join(cells, on=list(CELLS), how="semi")

    return _Opened(within(opened.steps), within(opened.visits), within(opened.days))


def _grouped(ask: Ask, opened: _Opened) -> list[pl.LazyFrame]:
    """By the keys of the ask, in columns `k0` to `k2`; added up they are its answer."""
    if ask.table == "hours":
        hours = card_hours(opened.steps, opened.visits.drop("person"))
        return [_by_keys(ask, hours, {name: pl.col(name).sum() for name in _IN_HOURS})]
    if ask.table == "now":
        return [_by_keys(ask, *_since(opened.steps, ask.since_ms))]
    counted = _of_visits(ask, opened.visits)
    if ask.table != "days":
        return counted
    beside = {"automatic": pl.col("automatic").sum(), "last_view_ms": pl.col("last_view_ms").max()}
    return [*counted, _by_keys(ask, opened.days, beside)]


def _of_visits(ask: Ask, visits: pl.LazyFrame) -> list[pl.LazyFrame]:
    if ask.table == "starts":
        return [_by_keys(ask, visits, {"visits": pl.len()})]
    if ask.table == "dims":
        return [_by_keys(ask, *broken) for broken in _broken_down(visits, ask.bys)]
    return [_by_keys(ask, visits, _MEASURES)]


def _broken_down(
    visits: pl.LazyFrame, bys: Collection[str]
) -> Iterator[tuple[pl.LazyFrame, Mapping[str, pl.Expr]]]:
    """Each visit under each of its keys; under a target it stands with the clicks on it, and a view
    is of the whole card."""
    dims = [
        pl.struct(pl.lit(by).alias("by"), _PLACES.get(by, pl.col(by)).alias("key"))
        for by in bys
        if by != "target"
    ]
    if dims:
        under = visits.select(*CELLS, "person", *_COUNTED, pl.concat_list(dims).alias("dim"))
        yield under.explode("dim").unnest("dim"), _MEASURES
    if "target" in bys:
        clicks = visits.select(
            *CELLS, "person", pl.lit("target").alias("by"), pl.col("targets").map.entries()
        )
        yield clicks.explode("targets").drop_nulls("targets").unnest("targets"), _OF_TARGET


def _since(steps: pl.LazyFrame, since_ms: int) -> tuple[pl.LazyFrame, Mapping[str, pl.Expr]]:
    seen = {
        "views": VIEW.sum(),
        "visitors": pl.col("visitor").filter(VIEW | CLICK).n_unique(),
        "clicks": CLICK.sum(),
        "contact_clicks": CONTACT_CLICK.sum(),
    }
    return steps.filter(pl.col("at").dt.epoch("ms") > since_ms), seen


def _by_keys(ask: Ask, rows: pl.LazyFrame, measures: Mapping[str, pl.Expr]) -> pl.LazyFrame:
    keys = [_key(ask, key).alias(f"k{n}") for n, key in enumerate(ask.keys)]
    return rows.group_by(keys).agg(**measures) if keys else rows.select(**measures)


def _told(keys: int, counted: pl.DataFrame) -> Sums:
    names = counted.columns[keys:]
    return {
        row[:keys]: Counts(**dict(zip(names, row[keys:], strict=True))) for row in counted.rows()
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
