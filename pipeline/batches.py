"""From the bytes of a spool to events, and which of them are new.

The identity of an event is (card, page, seq). A browser that sends again, a proxy that replays and
a shipper that starts again all end here: the first one stays. `pos` is the place of an event among
those of its shipment, the same at every try.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import polars as pl
import polars.selectors as cs

from pipeline.enrich.lookup import narrowed, numbered
from pipeline.frames import EVENTS, LOW_CARDINALITY, MOMENT, SPOOLED, checked
from schema.spooled import SpooledEvent
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

UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException)

# One long text of pages (a page has no space in it, see wire.py): the engine takes it apart twice
# as fast as it reads an array of as many texts. Cards are named to make use of the primary key.
_STORED = """\
SELECT card, page, seq, class, toUnixTimestamp64Milli(received) AS received FROM events
WHERE card IN (SELECT arrayJoin(splitByChar(' ', {cards:String})))
  AND at >= {since:DateTime64(3, 'UTC')}
  AND page IN (SELECT arrayJoin(splitByChar(' ', {pages:String})))
"""
_STORED_SCHEMA = pl.Schema(
    {name: SPOOLED[name] for name in IDENTITY} | {"class": pl.String(), "received": pl.Int64()}
)


@dataclass(frozen=True, slots=True)
class Poison:
    """A row that cannot be stored, and why."""

    pos: int
    reason: str
    body: bytes
    card: str = ""
    received: int = 0


@dataclass(frozen=True, slots=True)
class Decoded:
    events: pl.DataFrame
    """`SPOOLED` and `pos`."""
    poison: tuple[Poison, ...]


def decode(bodies: Sequence[bytes], events: int) -> Decoded:
    """`events` is how many the collector counted: fewer or more means that a row is torn."""
    whole = b"\n".join(bodies)
    try:
        return Decoded(_frame(whole, events).with_row_index("pos"), ())
    except UNREADABLE:
        lines = [line for line in whole.split(b"\n") if line.strip()]
        found = list(_sift(lines, 0))
        frames = [each for each in found if isinstance(each, pl.DataFrame)]
        nothing = pl.DataFrame(schema={"pos": pl.UInt32(), **SPOOLED})
        return Decoded(
            pl.concat([nothing, *frames]), tuple(each for each in found if isinstance(each, Poison))
        )


def _sift(lines: Sequence[bytes], first: int) -> Iterator[pl.DataFrame | Poison]:
    """Halves what cannot be read, down to the single rows that are at fault."""
    if not lines:
        return
    try:
        yield _frame(b"\n".join(lines), len(lines)).with_row_index("pos", offset=first)
    except UNREADABLE as error:
        if len(lines) == 1:
            yield _unreadable(lines[0], first, str(error))
            return
        middle = len(lines) // 2
        yield from _sift(lines[:middle], first)
        yield from _sift(lines[middle:], first + middle)


def _frame(lines: bytes, events: int) -> pl.DataFrame:
    frame = pl.read_ndjson(lines, schema=_READ_AS).cast(SPOOLED) if events else _EMPTY
    if frame.height != events or any(frame.null_count().row(0)):
        raise pl.exceptions.ComputeError("It is not one whole event a line.")
    return frame


_EMPTY = pl.DataFrame(schema=SPOOLED)


class _Owner(msgspec.Struct):
    """What the ledger needs of a row, when that much can be read."""

    card: str = ""
    received: int = 0


def _unreadable(line: bytes, pos: int, told: str) -> Poison:
    owner = _Owner()
    try:
        owner = msgspec.json.decode(line, type=_Owner)
        msgspec.json.decode(line, type=SpooledEvent)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        told = str(error)
    return Poison(pos, told.partition("\n")[0], line, owner.card, owner.received)


def repeated(events: pl.DataFrame) -> pl.DataFrame:
    """Those that came earlier in the same shipment."""
    return events.filter(~pl.struct(IDENTITY).is_first_distinct())


def stored_of(store: EventStore, events: pl.DataFrame) -> pl.DataFrame:
    """`pos` and `class` of those that the store has; `same` when what it has was received in the
    same millisecond, so that it is this very event and not another machine's copy of it.

    Looks as far back as an event may be old: beyond that a replay cannot be told from it.
    """
    asked = events.sort("card", "page")
    oldest = (
        asked.select(pl.col("at").min() - AGE_MS_MAX).cast(MOMENT).item() if events.height else 0
    )
    # In order of card, so that each query touches its own part of the table's primary key.
    stored = [
        store.frame(
            _STORED,
            {
                "cards": " ".join(part["card"].unique()),
                "pages": " ".join(part["page"].unique()),
                "since": oldest,
            },
        ).cast(_STORED_SCHEMA)
        for part in asked.iter_slices(PAGES_A_QUERY)
    ]
    found = pl.concat([pl.DataFrame(schema=_STORED_SCHEMA), *stored]).unique(IDENTITY)
    same = pl.col("received") == pl.col("received_stored")
    return events.join(found, on=IDENTITY, suffix="_stored").select("pos", "class", same=same)


def to_events(enriched: pl.DataFrame) -> pl.DataFrame:
    """Few distinct texts travel as a dictionary: a third of the bytes, and less work at both ends.

    Enrichment has numbered them; what it did not is numbered here.
    """
    named = enriched.rename({"ref": "referrer"}).with_columns(pl.col("at", "received").cast(MOMENT))
    plain = [name for name in LOW_CARDINALITY if named.schema[name] == pl.String]
    events = numbered(named, plain)
    # The border speaks of texts, numbered or not: only the plan is asked, nothing is computed.
    checked(events.lazy().with_columns(cs.categorical().cast(pl.String)), EVENTS)
    return pl.DataFrame([narrowed(events[name]) for name in EVENTS])
