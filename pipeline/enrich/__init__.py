"""What the shipper adds to events before they are stored, as an ordered list of steps.

A step takes the whole batch and adds columns; it looks up each distinct value once. Steps run in
the order of `STEPS`. What they know beyond the batch is in `known.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import NamedTuple

import polars as pl

from pipeline.enrich import agents, classes, places, sources
from pipeline.enrich.known import NOTHING, Known
from pipeline.enrich.lookup import numbered

Enrich = Callable[[pl.DataFrame], pl.DataFrame]


class Step(NamedTuple):
    name: str
    run: Callable[[pl.DataFrame, Known], pl.DataFrame]


def number_texts(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    """All but the pages, which are hardly ever alike."""
    texts = [name for name, kind in frame.schema.items() if kind == pl.String and name != "page"]
    return numbered(frame, texts)


STEPS: tuple[Step, ...] = (
    Step("number", number_texts),
    Step("agents", agents.add_agents),
    Step("class", classes.add_classes),
    Step("places", places.add_places),
    Step("source", sources.add_sources),
)


@dataclass(slots=True)
class Enricher:
    """The steps with what they know, and how long each has taken since the process began."""

    known: Known = NOTHING
    events: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {step.name: 0.0 for step in STEPS})

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        for step in STEPS:
            begun_s = perf_counter()
            frame = step.run(frame, self.known)
            self.seconds[step.name] += perf_counter() - begun_s
        self.events += frame.height
        return frame


def enrich(frame: pl.DataFrame, known: Known = NOTHING) -> pl.DataFrame:
    return Enricher(known)(frame)
