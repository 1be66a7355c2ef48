"""The visits and the hours of days that no rollup answers for, from their raw events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.enrich.classes import HUMAN
from pipeline.frames import SPANS
from schema.days import day_span_ms
from schema.directory.rollup_state import CardDay
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

VISIT_GAP_MS = 30 * 60_000
ENGAGED_MS_MAX = 30 * 60_000
BOUNCE_SECONDS = 10

_ATTRIBUTES = (
    "source",
    "medium",
    "item",
    "referrer",
    "country",
    "region",
    "city",
    "device",
    "browser",
    "os",
)
_TEXTS = ("card", "name", "target", "class", *_ATTRIBUTES, "language")

_EVENTS = f"""\
SELECT card, at, page, seq, name, target, ms, visitor, class, {", ".join(_ATTRIBUTES)},
    lang AS language
FROM events
WHERE card IN {{cards:Array(String)}}
  AND at >= {{start:DateTime64(3, 'UTC')}} AND at < {{end:DateTime64(3, 'UTC')}}
"""

_view, _click = pl.col("name") == "view", pl.col("name") == "click"
_contact = _click & pl.col("target").is_in(CONTACT_NAMES)


@dataclass(frozen=True, slots=True)
class Raw:
    events: pl.DataFrame
    """Of people, each with its `day` and the number of its `visit`."""
    visits: pl.DataFrame
    """As the table of that name has them, numbered; the clicks of each as a list of targets."""
    days: pl.DataFrame
    """What is not of visits: `automatic` and `last_view_ms` of each card and day."""


def raw(store: EventStore, zones: Mapping[str, str], wanted: Sequence[CardDay]) -> Raw:
    spans = _spans(zones, wanted)
    params = {
        "cards": spans["card"].unique().to_list(),
        "start": spans["start"].min(),
        "end": spans["end"].max(),
    }
    placed = _on_days(store.frame(_EVENTS, params), spans)
    people = _numbered(placed.filter(pl.col("class") == HUMAN))
    return Raw(people, _visits(people), _beside_visits(placed))


def _spans(zones: Mapping[str, str], wanted: Sequence[CardDay]) -> pl.DataFrame:
    rows = [(card, day, *day_span_ms(day, zones[card])) for card, day in wanted]
    return pl.DataFrame(rows, schema=SPANS, orient="row").sort("start")


def _on_days(events: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    return (
        events.with_columns(pl.col(_TEXTS).cast(pl.String))
        .sort("at")
        .join_asof(spans, left_on="at", right_on="start", by="card", check_sortedness=False)
        .filter(pl.col("at") < pl.col("end"))
        .drop("start", "end")
    )


def _numbered(events: pl.DataFrame) -> pl.DataFrame:
    """A visit begins with another card, day or visitor, and after a pause of over 30 minutes."""
    ordered = events.sort("card", "day", "visitor", "at", "page", "seq")
    another = pl.any_horizontal(
        pl.col(name) != pl.col(name).shift() for name in ("card", "day", "visitor")
    )
    pause = pl.col("at").diff().dt.total_milliseconds() > VISIT_GAP_MS
    return ordered.with_columns((another | pause).fill_null(True).cum_sum().alias("visit"))


def _visits(events: pl.DataFrame) -> pl.DataFrame:
    of_pages = (
        events.filter(pl.col("name") == "engage")
        .group_by("visit", "page")
        .agg(pl.col("ms").max().clip(upper_bound=ENGAGED_MS_MAX))
    )
    engaged = of_pages.group_by("visit").agg((pl.col("ms").sum() // 1000).alias("engaged_s"))
    short = (
        (pl.col("views") <= 1) & (pl.col("clicks") == 0) & (pl.col("engaged_s") < BOUNCE_SECONDS)
    )
    return (
        events.group_by("visit", maintain_order=True)
        .agg(
            pl.col("card", "day", "visitor", *_ATTRIBUTES, "language").first(),
            pl.col("at").first(),
            _view.sum().alias("views"),
            _click.sum().alias("clicks"),
            _contact.sum().alias("contact_clicks"),
            pl.col("target").filter(_click).alias("targets"),
        )
        .join(engaged, on="visit", how="left")
        .with_columns(pl.col("engaged_s").fill_null(0))
        .with_columns(
            short.cast(pl.UInt32).alias("bounce"),
            pl.concat_str("country", "region", separator="|").alias("region"),
            pl.concat_str("country", "region", "city", separator="|").alias("city"),
        )
    )


def _beside_visits(events: pl.DataFrame) -> pl.DataFrame:
    seen = _view & (pl.col("class") == HUMAN)
    return events.group_by("card", "day").agg(
        (pl.col("class") != HUMAN).sum().alias("automatic"),
        pl.col("at").filter(seen).max().dt.epoch("ms").fill_null(0).alias("last_view_ms"),
    )
