"""How many events a second leave the spool decoded, enriched and stored in the embedded engine?"""

import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import traffic
from benchmarks.report import Report, Row
from pipeline.batches import decode, repeated, to_events
from pipeline.enrich import STEPS, Enricher
from pipeline.enrich.known import NOTHING
from pipeline.outcomes import outcomes
from pipeline.seen import Seen
from pipeline.ship import Shipper
from pipeline.spools import SHIPMENT_EVENTS
from schema.clock import system_clock
from schema.directory.database import open_directory
from schema.directory.upgrade import upgrade
from schema.migrate import migrate
from schema.store import EventStore
from schema.store.address import parse
from schema.store.opening import open_store

EVENTS = 400_000
RUNS = 4
"""One shipper, one store, as many spools: the first run is cold and shown apart."""


def measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        address = f"chdb:///{folder}/events"
        with (
            closing(open_store(address)) as store,
            closing(open_directory(f"sqlite:///{folder}/balise.db")) as directory,
        ):
            migrate(store, parse(address))
            upgrade(directory)
            with closing(
                Shipper(folder / "spool", store, directory, Enricher(), system_clock, alone=True)
            ) as shipper:
                runs = [_run(shipper, folder / "spool", seed) for seed in range(RUNS)]
            steps = _steps(store)
    (cold, *warm) = runs
    return Report(
        name="ship",
        question=__doc__ or "",
        rows=(
            Row("spool to store", tuple(r for r, _ in warm), "events/s", "bar: > 150 000"),
            Row("  processor time, all threads", tuple(c for _, c in warm), "µs/event"),
            Row("  the first run of a process", (cold[0],), "events/s"),
            *(Row(f"  step: {step}", values, "µs/event") for step, values in steps.items()),
        ),
        notes=NOTES,
    )


NOTES = (
    f"{traffic.AGENTS} agents, {traffic.NETWORKS} networks, {EVENTS} events a run, shipments of "
    f"{SHIPMENT_EVENTS}. Steps are measured one by one on the same shipment; the whole also reads,"
    " marks and forgets rows. A run waits for no merge, and pays for those under way. Tried, "
    "processor time per event before and after: asking the store about every page 3.8, about what"
    " a filter cannot rule out 0.1; texts of few values as text 0.8 to write and 1.6 to insert, "
    "as dictionaries 0.6 (with the cast) and 1.2; answers remembered in a dict of Python 0.5, in "
    "a frame that is joined 0.2; texts numbered once for enrichment and insert, together 1.3 and "
    "0.75; by the smallest numbers that are enough, 14.7 and 8.9 MB a shipment, 2.1 and 1.8 to "
    "write and insert; distinct events by `unique` 0.3, by `is_first_distinct` 0.1; 50 000 events"
    " a shipment 3.0 for the insert, 100 000 1.5; shipped rows overwritten by SQLite, as some "
    "builds do, 1.1, only forgotten 0.1. No gain: decoding the next shipment on a thread during "
    "the insert, where both cores are busy anyway; rows sorted before the insert, which saves 0.2"
    " and costs 0.3; five of the engine's settings for inserts; rows as JSON arrays, read as "
    "quoted CSV, 1.5 against 1.9. Not done: separated values without quotes would decode in 0.5, "
    "but texts would have to be free of the separator. Limited by reading JSON, 2.1, and by the "
    "engine, 1.5."
)


def _run(shipper: Shipper, folder: Path, seed: int) -> tuple[float, float]:
    now_ms = system_clock()
    made = traffic.bodies(seed, EVENTS, now_ms)
    traffic.write_spool(folder / f"bench-{seed}.db", made, now_ms)
    started, used, shipped = time.perf_counter(), time.process_time(), 0
    while shipped < EVENTS:
        shipped += shipper.ship_once()
    took, used = time.perf_counter() - started, time.process_time() - used
    return EVENTS / took, used / EVENTS * 1e6


def _steps(store: EventStore) -> dict[str, tuple[float, ...]]:
    """Median wall-clock time of each step for one full shipment, known values being known."""
    now_ms = system_clock()
    seen = Seen(store, now_ms)
    found: dict[str, list[float]] = {}
    zones = pl.DataFrame(schema={"card": pl.String, "zone": pl.String})

    def timed(name: str, step: Callable[..., Any], *given: Any, **named: Any) -> Any:
        started = time.perf_counter()
        made = step(*given, **named)
        found.setdefault(name, []).append((time.perf_counter() - started) / SHIPMENT_EVENTS * 1e6)
        return made

    for seed in range(100, 103):
        made = traffic.bodies(seed, SHIPMENT_EVENTS, now_ms)
        frame = timed("decode", decode, made, SHIPMENT_EVENTS).events
        timed("find repeated", repeated, frame)
        timed("find perhaps stored", seen.perhaps, frame)
        timed("remember as stored", seen.add, frame)
        enriched = frame
        for step in STEPS:
            enriched = timed(f"enrich: {step.name}", step.run, enriched, NOTHING)
        events = timed("to columns of the store", to_events, enriched)
        timed("write and insert", store.insert, "events", events, token=f"steps {seed}")
        timed("count outcomes", outcomes, frame, enriched, frozenset(), (), zones)
    return {name: tuple(values) for name, values in found.items()}
