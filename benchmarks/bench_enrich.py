"""How many events a second does enrichment handle, against the libraries used row by row?"""

import tempfile
import time
from ipaddress import ip_network
from pathlib import Path

import geoip2.database
import geoip2.errors
import polars as pl
import user_agents

from benchmarks import traffic
from benchmarks.report import Report, Row
from pipeline.batches import decode
from pipeline.enrich import Enricher
from pipeline.enrich.known import Known
from pipeline.enrich.places_file import PlacesFile
from pipeline.enrich.sources import source_of_host
from pipeline.spools import SHIPMENT_EVENTS
from schema.clock import system_clock
from schema.testing.mmdb import city, write_mmdb

RUNS = 5
WARM_EVENTS = RUNS * SHIPMENT_EVENTS
SAMPLE_EVENTS = 500
"""Of the baseline: at a thousand events a second more would take minutes."""
CITIES = 400


def measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        path = _places(Path(name) / "places.mmdb")
        frames = [_shipment(seed) for seed in range(RUNS + 1)]
        baseline = _row_by_row(frames[0], path)
        enricher = Enricher(Known(places=PlacesFile(path)))
        cold, _ = _run(enricher, frames[0])
        before = dict(enricher.seconds)
        warm = [_run(enricher, frame) for frame in frames[1:]]
        steps = {step: spent - before[step] for step, spent in enricher.seconds.items()}
    per_second = tuple(rate for rate, _ in warm)
    middle = sorted(per_second)[RUNS // 2]
    return Report(
        name="enrich",
        question=__doc__ or "",
        rows=(
            Row("enrichment", per_second, "events/s", "bar: >= 300 000, aim: 600 000"),
            Row("  processor time, all threads", tuple(cpu for _, cpu in warm), "µs/event"),
            Row("  the first shipment of a process", (cold,), "events/s"),
            Row("the libraries row by row (baseline)", (baseline,), "events/s"),
            Row("enrichment against the baseline", (middle / baseline,), "times"),
            *(
                Row(f"  step: {step}", (spent / WARM_EVENTS * 1e6,), "µs/event")
                for step, spent in steps.items()
            ),
        ),
        notes=NOTES,
    )


NOTES = (
    f"{traffic.AGENTS} agents, {traffic.NETWORKS} networks in a file of as many, shipments of "
    f"{SHIPMENT_EVENTS}; steps are those of the warm runs. The baseline is `user_agents.parse`, "
    f"geoip2's `city` and the list of sites for each of {SAMPLE_EVENTS} events, without any rule. "
    "The first shipment meets each agent and network for the first time and builds the matchers. "
    "Tried, processor time per event: joining answers to rows by their texts 0.8, numbering the "
    "texts of a batch once and laying answers beside the numbers 0.4 and 0.3; answers of two "
    "sources put together as texts 0.3, as numbers into one list 0.1; the list behind the numbers"
    " read item by item 0.3, by Polars none. Limited by numbering, which reads every byte of "
    "every text: a spool that kept each text once would spare it."
)


def _run(enricher: Enricher, frame: pl.DataFrame) -> tuple[float, float]:
    started, used = time.perf_counter(), time.process_time()
    enricher(frame)
    took, used = time.perf_counter() - started, time.process_time() - used
    return frame.height / took, used / frame.height * 1e6


def _row_by_row(frame: pl.DataFrame, path: Path) -> float:
    sample = frame.sample(SAMPLE_EVENTS, seed=0)
    started = time.perf_counter()
    with geoip2.database.Reader(path) as reader:
        for event in sample.iter_rows(named=True):
            agent = user_agents.parse(event["agent"])
            _ = (agent.is_mobile, agent.is_tablet, agent.browser.family, agent.os.family)
            place = reader.city(str(ip_network(event["network"])[1]))
            _ = (place.country.iso_code, place.subdivisions.most_specific.name, place.city.name)
            source_of_host(event["ref"])
    return SAMPLE_EVENTS / (time.perf_counter() - started)


def _shipment(seed: int) -> pl.DataFrame:
    made = traffic.bodies(seed, SHIPMENT_EVENTS, system_clock())
    return decode(made, SHIPMENT_EVENTS).events


def _places(path: Path) -> Path:
    networks = (traffic.network_of(n) for n in range(traffic.NETWORKS))
    places = {
        each: city("FR", f"Région {n % CITIES // 20}", f"Ville {n % CITIES}")
        for n, each in enumerate(networks)
    }
    return write_mmdb(path, places)
