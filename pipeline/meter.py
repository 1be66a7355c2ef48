"""What the shipper of this process has done since it began, for the page of figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
BUCKETS_EVENTS = (1, 10, 100, 1_000, 10_000, 100_000)


@dataclass(slots=True)
class Histogram:
    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, value: float) -> None:
        self.counts[sum(bound < value for bound in self.bounds)] += 1
        self.total += value


@dataclass(slots=True)
class Meter:
    """Written by the shipper's thread, read by any: a figure may be one shipment old."""

    shipment_events: Histogram = field(default_factory=lambda: Histogram(BUCKETS_EVENTS))
    insert_s: Histogram = field(default_factory=lambda: Histogram(BUCKETS_S))
    lag_s: Histogram = field(default_factory=lambda: Histogram(BUCKETS_S))
    """From the receipt of a shipment's first event to its storage."""
    failures: int = 0
    steps_s: Mapping[str, float] = field(default_factory=dict)
    """Time in each step of enrichment: the enricher's own counters."""
