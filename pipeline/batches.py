"""From the bytes of a spool to rows of the table `events`: pure, but for one question to the store.

The identity of an event is (card, page, seq). A browser that sends again, a proxy that replays and
a shipper that starts again all end here: the first one stays.
"""

from collections.abc import Sequence

import polars as pl

from pipeline.frames import EVENTS, MOMENT, SPOOLED, checked
from schema.store import EventStore
from schema.wire import AGE_MS_MAX

IDENTITY = ("card", "page", "seq")

PAGES_A_QUERY = 4_000
"""Pages asked for at once: keeps the parameters of a query within what a server takes."""

_READ_AS = {
    name: pl.Int64() if kind in (pl.UInt16(), pl.UInt8()) else kind
    for name, kind in SPOOLED.items()
}
"""Polars reads JSON into wide numbers only; narrowing them afterwards refuses what does not fit."""

# One long text of pages (a page has no space in it, see wire.py): the engine takes it apart twice
# as fast as it reads an array of as many texts.
_STORED = """\
SELECT card, page, seq FROM events
WHERE card BETWEEN {first_card:String} AND {last_card:String}
  AND at >= {since:DateTime64(3, 'UTC')}
  AND page IN (SELECT arrayJoin(splitByChar(' ', {pages:String})))
"""


def decode(bodies: Sequence[bytes]) -> pl.DataFrame:
    return pl.read_ndjson(b"\n".join(bodies), schema=_READ_AS).cast(SPOOLED)


def first_of_each(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.unique(IDENTITY, keep="first", maintain_order=True)


def not_yet_stored(store: EventStore, frame: pl.DataFrame) -> pl.DataFrame:
    """Looks as far back as an event may be old: beyond that a replay cannot be told from it."""
    pages = frame.select("card", "page").unique().sort("card", "page")
    oldest = frame.select(pl.col("at").min() - AGE_MS_MAX).cast(MOMENT).item()
    # In order of card, so that each query touches its own part of the table's primary key.
    stored = [
        store.frame(
            _STORED,
            {
                "first_card": part["card"].item(0),
                "last_card": part["card"].item(-1),
                "pages": " ".join(part["page"]),
                "since": oldest,
            },
        )
        for part in pages.iter_slices(PAGES_A_QUERY)
    ]
    return frame.join(pl.concat(stored), on=IDENTITY, how="anti", maintain_order="left")


def to_events(enriched: pl.DataFrame) -> pl.DataFrame:
    named = enriched.lazy().rename({"ref": "referrer"})
    return checked(named.with_columns(pl.col("at", "received").cast(MOMENT)), EVENTS).collect()
