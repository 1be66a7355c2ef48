"""The page `/metrics` in Prometheus' text format, version 0.0.4: pure, small enough to be ours.

Totals come from the ledger, so they survive a restart and are exact; times are of this process.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.meter import Histogram, Meter
from pipeline.spools import Counts
from schema.directory.runs import Run

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a process can tell of itself."""

    spool_events: int
    spool_bytes: int
    spool_age_s: float
    """How long the oldest event has been waiting."""
    meter: Meter | None = None
    """Where this process ships."""
    counts: Counts | None = None
    """The ledger, when the store can be asked."""
    last_runs: Sequence[Run] = ()
    """Of each job, when the directory can be asked."""
    spool_unreadable: int = 0
    """How many files were set aside."""


def page(facts: Facts) -> str:
    return "\n".join([*_lines(facts), ""])


def _lines(facts: Facts) -> Iterator[str]:
    yield from _gauge("spool_events", "Events acknowledged and not yet stored.", facts.spool_events)
    yield from _gauge("spool_bytes", "Size of the spool files.", facts.spool_bytes)
    yield from _gauge("spool_age_seconds", "Age of the oldest event waiting.", facts.spool_age_s)
    yield from _gauge(
        "spool_unreadable_files", "Spool files that were set aside.", facts.spool_unreadable
    )
    if facts.meter is not None:
        yield from _shipper(facts.meter)
        yield from _gauge("store_up", "Whether the event store answers.", facts.counts is not None)
    if facts.counts is not None:
        totals: Counter[str] = Counter()
        for (_day, _card, outcome), n in facts.counts.items():
            totals[outcome] += n
        yield from _head("events_total", "counter", "Events by what became of them.")
        yield from (
            f'balise_events_total{{outcome="{outcome}"}} {n}'
            for outcome, n in sorted(totals.items())
        )
    if facts.last_runs:
        yield from _jobs(facts.last_runs)


def _jobs(last_runs: Sequence[Run]) -> Iterator[str]:
    yield from _head("job_failing", "gauge", "Whether a job's last run ended with an alarm.")
    yield from (
        f'balise_job_failing{{job="{run.job}"}} {int(bool(run.error))}' for run in last_runs
    )
    yield from _head("job_started_timestamp_seconds", "gauge", "When a job's last run began.")
    yield from (
        f'balise_job_started_timestamp_seconds{{job="{run.job}"}} {run.started_ms / 1000:.0f}'
        for run in last_runs
    )


def _shipper(meter: Meter) -> Iterator[str]:
    yield from _histogram("shipment_events", "Events of a shipment.", meter.shipment_events)
    yield from _histogram("insert_seconds", "Time to enrich and insert one.", meter.insert_s)
    yield from _histogram("lag_seconds", "From receipt to storage, oldest event.", meter.lag_s)
    yield from _head("enrich_seconds_total", "counter", "Time in each step of enrichment.")
    yield from (
        f'balise_enrich_seconds_total{{step="{step}"}} {seconds:g}'
        for step, seconds in meter.steps_s.items()
    )
    yield from _head("shipment_failures_total", "counter", "Shipments that will be tried again.")
    yield f"balise_shipment_failures_total {meter.failures}"


def _gauge(name: str, help_text: str, value: float) -> Iterable[str]:
    return (*_head(name, "gauge", help_text), f"balise_{name} {float(value):g}")


def _histogram(name: str, help_text: str, histogram: Histogram) -> Iterator[str]:
    yield from _head(name, "histogram", help_text)
    below = 0
    for bound, count in zip(histogram.bounds, histogram.counts, strict=False):
        below += count
        yield f'balise_{name}_bucket{{le="{bound:g}"}} {below}'
    every = sum(histogram.counts)
    yield f'balise_{name}_bucket{{le="+Inf"}} {every}'
    yield f"balise_{name}_sum {histogram.total:g}"
    yield f"balise_{name}_count {every}"


def _head(name: str, kind: str, help_text: str) -> Iterable[str]:
    return f"# HELP balise_{name} {help_text}", f"# TYPE balise_{name} {kind}"
