"""How many bytes on the disk does an event take in the store, once merges have settled?"""

import tempfile
from contextlib import closing
from random import Random

import polars as pl

from benchmarks import traffic
from benchmarks.report import Report, Row
from pipeline.batches import decode, to_events
from pipeline.enrich import enrich
from schema.migrate import migrate
from schema.store import EventStore
from schema.store.address import parse
from schema.store.opening import open_store
from schema.testing.events import NOW_MS

DAYS, EVENTS_A_DAY = 20, 50_000
DAY_MS = 24 * 3_600_000
PAUSE_MS = 4_000
COLUMNS = """
SELECT name, data_compressed_bytes FROM system.columns
WHERE database = currentDatabase() AND table = 'events' ORDER BY data_compressed_bytes DESC
"""


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        address = f"chdb:///{folder}/events"
        with closing(open_store(address)) as store:
            migrate(store, parse(address))
            for day in range(DAYS):
                _store_day(store, day)
            [(fresh,)] = store.rows(_ON_DISK)
            store.run("OPTIMIZE TABLE events FINAL")
            [(merged,)] = store.rows(_ON_DISK)
            columns = store.rows(COLUMNS)
    events = DAYS * EVENTS_A_DAY
    return Report(
        name="bytes_per_event",
        question=__doc__ or "",
        rows=(
            Row("on disk, merged", (merged / events,), "bytes", "bar: <= 30, aim: 15"),
            Row("on disk, one part a day", (fresh / events,), "bytes"),
            *(Row(f"  {name}", (size / events,), "bytes") for name, size in columns[:8]),
        ),
        notes=f"{events} events of {DAYS} days, {traffic.CARDS} cards, {traffic.AGENTS} agents. "
        "What is random cannot shrink: 12 characters of a page carry 9 bytes, shared by its 2.5 "
        "events; the visitor's hash carries 8, shared likewise.",
    )


_ON_DISK = "SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'events' AND active"


def _store_day(store: EventStore, day: int) -> None:
    """Events fall on the whole day; those of a page stay together."""
    made = traffic.bodies(day, EVENTS_A_DAY, NOW_MS - day * DAY_MS)
    frame = decode(made, EVENTS_A_DAY).events
    draw = Random(day)
    pages = frame["page"].unique(maintain_order=True)
    shifts = pl.DataFrame({"page": pages, "shift": [draw.randrange(DAY_MS) for _ in pages]})
    later = pl.col("seq").cast(pl.Int64) * PAUSE_MS - pl.col("shift")
    spread = frame.join(shifts, on="page").with_columns(pl.col("at", "received") + later)
    store.insert("events", to_events(enrich(spread.drop("shift"))), token=f"day {day}")
