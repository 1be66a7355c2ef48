"""The columns of each frame that crosses a border of the pipeline, and the check at that border."""

import msgspec
import polars as pl

from schema.spooled import SpooledEvent

MOMENT = pl.Datetime("ms", "UTC")

_NARROW = {
    "seq": pl.UInt16(),
    "ms": pl.UInt32(),
    "scroll": pl.UInt8(),
    "visitor": pl.UInt64(),
    "width": pl.UInt16(),
}

SPOOLED = pl.Schema(
    {
        field.name: pl.String() if field.type is str else _NARROW.get(field.name, pl.Int64())
        for field in msgspec.structs.fields(SpooledEvent)
    }
)
"""What a spool holds: times still as milliseconds."""

ENRICHED = pl.Schema(
    {
        "agent": pl.String(),
        "device": pl.String(),
        "browser": pl.String(),
        "os": pl.String(),
        "country": pl.String(),
        "region": pl.String(),
        "city": pl.String(),
        "geo": pl.String(),
        "class": pl.String(),
        "rule": pl.String(),
        "source": pl.String(),
    }
)
"""What the steps of `pipeline.enrich` add or keep for the store."""

EVENTS = pl.Schema(
    {
        "card": pl.String(),
        "at": MOMENT,
        "received": MOMENT,
        "page": pl.String(),
        "seq": pl.UInt16(),
        "name": pl.String(),
        "target": pl.String(),
        "label": pl.String(),
        "ms": pl.UInt32(),
        "scroll": pl.UInt8(),
        "visitor": pl.UInt64(),
        "medium": pl.String(),
        "item": pl.String(),
        "referrer": pl.String(),
        "lang": pl.String(),
        "tz": pl.String(),
        "width": pl.UInt16(),
        **ENRICHED,
    }
)
"""The table `events`."""

LOW_CARDINALITY = tuple(
    name for name, kind in EVENTS.items() if kind == pl.String() and name != "page"
)
"""What it keeps as `LowCardinality(String)`."""

LEDGER = pl.Schema(
    {
        "day": pl.Date(),
        "card": pl.String(),
        "outcome": pl.String(),
        "flush": pl.String(),
        "n": pl.Int64(),
    }
)
"""The table `ledger`."""

QUARANTINE = pl.Schema(
    {
        "card": pl.String(),
        "received": MOMENT,
        "shipment": pl.String(),
        "position": pl.UInt32(),
        "reason": pl.String(),
        "body": pl.String(),
    }
)
"""The table `quarantine`."""

WORD = pl.Categorical()
"""Texts of which there are few, as numbers into a list of them: quicker to group, and the engine
keeps and takes them so."""

CELLS = pl.Schema({"card": WORD, "day": pl.Date()})
"""Which local days of which cards: the unit in which figures are computed and replaced."""

ATTRIBUTES = (
    *("source", "medium", "item", "referrer", "language"),
    *("country", "region", "city", "device", "browser", "os"),
)
"""What a visit has from its first event. The language is `lang` in `events`."""

COUNTED = pl.Schema(
    {
        "card": WORD,
        **{name: EVENTS[name] for name in ("at", "page", "seq", "ms", "visitor")},
        **dict.fromkeys(("name", "target", "class"), WORD),
        **dict.fromkeys(ATTRIBUTES, WORD),
    }
)
"""What figures need of `events`."""

PLACED = pl.Schema({**COUNTED, "day": pl.Date(), "hour": pl.UInt8(), "hour_start": MOMENT})
"""The same, each with its local day and hour, and the instant at which that hour begins."""

NUMBERED = pl.Schema({**PLACED, "first": pl.Boolean(), "visit": pl.UInt32()})
"""Human events in order, each with the number of its visit."""

VISITS = pl.Schema(
    {
        **CELLS,
        "start": MOMENT,
        "hour": pl.UInt8(),
        "visitor": pl.UInt64(),
        "views": pl.UInt32(),
        "clicks": pl.UInt32(),
        "contact_clicks": pl.UInt32(),
        "targets": pl.Map(pl.String(), pl.UInt32()),
        "bounce": pl.UInt8(),
        "engaged_s": pl.UInt32(),
        **dict.fromkeys(ATTRIBUTES, WORD),
        "recipe": pl.UInt16(),
    }
)
"""The table `visits`."""

VISITS_OF_EVENTS = pl.Schema({**VISITS, "hour_start": MOMENT, "visit": pl.UInt32()})
"""Visits while their events are at hand."""

CARD_HOURS = pl.Schema(
    {
        **CELLS,
        "start": MOMENT,
        "hour": pl.UInt8(),
        "views": pl.UInt32(),
        "visitors": pl.UInt32(),
        "visits": pl.UInt32(),
        "clicks": pl.UInt32(),
        "contact_clicks": pl.UInt32(),
        "recipe": pl.UInt16(),
    }
)
"""The table `card_hours`."""

CARD_DAYS = pl.Schema(
    {
        **CELLS,
        "views": pl.UInt32(),
        "visitors": pl.UInt32(),
        "visits": pl.UInt32(),
        "bounces": pl.UInt32(),
        "clicks": pl.UInt32(),
        "click_visits": pl.UInt32(),
        "contact_clicks": pl.UInt32(),
        "contact_visits": pl.UInt32(),
        "engaged": pl.Map(pl.UInt32(), pl.UInt32()),
        "starts": pl.Map(pl.UInt8(), pl.UInt32()),
        "automatic": pl.UInt32(),
        "last_view_at": MOMENT,
        "recipe": pl.UInt16(),
    }
)
"""The table `card_days`."""

CARD_DIMS = pl.Schema(
    {
        **CELLS,
        "by": WORD,
        "key": WORD,
        "views": pl.UInt32(),
        "visitors": pl.UInt32(),
        "visits": pl.UInt32(),
        "bounces": pl.UInt32(),
        "clicks": pl.UInt32(),
        "contact_clicks": pl.UInt32(),
        "contact_visits": pl.UInt32(),
        "recipe": pl.UInt16(),
    }
)
"""The table `card_dims`."""


def checked(frame: pl.LazyFrame, columns: pl.Schema) -> pl.LazyFrame:
    """The frame with exactly these columns, in this order and of these types, or a refusal."""
    found = frame.collect_schema()
    wrong = [name for name, kind in columns.items() if found.get(name) != kind]
    if wrong:
        shown = ", ".join(f"{name} is {found.get(name, 'missing')}" for name in wrong)
        raise TypeError(f"A frame does not fit its border: {shown}.")
    return frame.select(*columns)
