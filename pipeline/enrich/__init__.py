"""What the shipper adds to events before they are stored, as an ordered list of steps.

A step takes the whole batch and adds columns; it looks up each distinct value once. Steps run in
the order of `STEPS`. What they know beyond the batch is in `known.py`.
"""

from collections.abc import Callable

import polars as pl

from pipeline.enrich import agents, classes, places, sources
from pipeline.enrich.known import NOTHING, Known

Step = Callable[[pl.DataFrame, Known], pl.DataFrame]
Enrich = Callable[[pl.DataFrame], pl.DataFrame]

STEPS: tuple[Step, ...] = (
    agents.add_agents,
    classes.add_classes,
    places.add_places,
    sources.add_sources,
)


def enrich(frame: pl.DataFrame, known: Known = NOTHING) -> pl.DataFrame:
    for step in STEPS:
        frame = step(frame, known)
    return frame
