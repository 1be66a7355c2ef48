"""How long do 200 000 demo events take, from nothing to rolled-up days?"""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.report import Report, Row
from schema.testing.server import balise

RUNS = 3


def measure() -> Report:
    walls, cpus = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            before, started = os.times(), time.perf_counter()
            done = balise(Path(folder) / "var", "demo", "--json")
            walls.append(time.perf_counter() - started)
            after = os.times()
        if done.returncode:
            raise RuntimeError(done.stderr)
        cpus.append(
            after.children_user
            + after.children_system
            - before.children_user
            - before.children_system
        )
    return Report(
        name="demo",
        question=__doc__ or "",
        rows=(
            Row("balise demo, 200 000 events", tuple(walls), "s", "bar: < 20 s"),
            Row("  processor time of it", tuple(cpus), "s"),
        ),
        notes="Python's start, migrations, people, events, shipping and rollups are all in it.",
    )
