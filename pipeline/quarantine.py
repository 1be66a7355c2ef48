"""One poison row goes to quarantine with its reason; its neighbours are stored.

What the store refuses is halved until the rows at fault stand alone. A store that refuses very many
has another fault than the rows: then nothing is quarantined and the shipment waits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from pipeline.batches import Poison, to_events
from pipeline.enrich import Enrich
from pipeline.frames import QUARANTINE
from schema.store import EventStore, StoreRefused, StoreUnavailable

POISON_MAX = 1_000
"""In one shipment. Rows at fault are rare; this many at once are the fault of something else."""

_KNOWN = "SELECT position FROM quarantine WHERE shipment = {shipment:String}"


@dataclass(frozen=True, slots=True)
class Stored:
    classes: pl.DataFrame
    """`pos` and `class` of what is in the store now."""
    poison: tuple[Poison, ...]
    doubles: frozenset[int] = frozenset()
    """Positions of events that another machine has stored since the shipment was begun."""


def store_sound(store: EventStore, enrich: Enrich, events: pl.DataFrame, *, token: str) -> Stored:
    """Stores the rows that the store takes. Gives the others."""
    classes, poison = [_NO_CLASSES], []
    for each in _store(store, enrich, events, token):
        if isinstance(each, pl.DataFrame):
            classes.append(each)
        else:
            poison.append(each)
        if len(poison) > POISON_MAX:
            raise StoreUnavailable(
                f"The event store refuses more than {POISON_MAX} rows of one shipment, the last "
                f"one because of this: {poison[-1].reason} Its tables may not be what they should."
            )
    return Stored(pl.concat(classes), tuple(poison))


def _store(
    store: EventStore, enrich: Enrich, events: pl.DataFrame, token: str
) -> Iterator[pl.DataFrame | Poison]:
    if not events.height:
        return
    try:
        enriched = enrich(events)
        store.insert("events", to_events(enriched), token=token)
        yield enriched.select("pos", pl.col("class").cast(pl.String))
    except (StoreRefused, pl.exceptions.PolarsError) as error:
        if events.height == 1:
            yield _poison(events, str(error))
            return
        middle = events.height // 2
        for half in (events[:middle], events[middle:]):
            # The same half has the same name at the next try.
            yield from _store(store, enrich, half, f"{token}/{half['pos'][0]}-{half['pos'][-1]}")


def quarantined(store: EventStore, shipment: str) -> set[int]:
    """The positions that an earlier try of this shipment has put there."""
    return {position for (position,) in store.rows(_KNOWN, {"shipment": shipment})}


def put_aside(store: EventStore, poison: Sequence[Poison], shipment: str, now_ms: int) -> None:
    """Where even the time of receipt cannot be read it is now: retention goes by it."""
    rows = [
        (
            each.card,
            each.received or now_ms,
            shipment,
            each.pos,
            each.reason,
            each.body.decode(errors="backslashreplace"),
        )
        for each in poison
    ]
    raw = QUARANTINE | {"received": pl.Int64()}
    frame = pl.DataFrame(rows, schema=raw, orient="row").cast(QUARANTINE)
    store.insert("quarantine", frame, token=f"{shipment}/quarantine")


def _poison(event: pl.DataFrame, reason: str) -> Poison:
    row = event.drop("pos").row(0, named=True)
    body = msgspec.json.encode(row)
    return Poison(event["pos"][0], reason, body, row["card"], row["received"])


_NO_CLASSES = pl.DataFrame(schema={"pos": pl.UInt32(), "class": pl.String()})
