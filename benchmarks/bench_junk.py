"""After 100 000 junk requests: only announced answers, nothing odd kept, and how much memory?"""

import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks.processes import resident_mb, serving
from benchmarks.report import Report, Row
from schema.testing.installation import install
from schema.testing.junk import faults_in, request, send
from schema.testing.server import BALISE

REQUESTS = 100_000
PARTS = 10
CLIENTS = 8
ANNOUNCED = {100, 204, 400, 403, 404, 405, 413, 415, 429, 431, 503}


def measure() -> Report:
    answers: Counter[int] = Counter()
    memory = []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        install(data)
        draw = Random(1)
        with (
            serving(data, BALISE, "collect") as (_, pid, origin),
            ThreadPoolExecutor(CLIENTS) as clients,
        ):
            memory.append(resident_mb(pid))
            started_s = perf_counter()
            for _ in range(PARTS):
                sent = [request(draw) for _ in range(REQUESTS // PARTS)]
                answers.update(chain(*clients.map(partial(send, origin), sent)))
                memory.append(resident_mb(pid))
            took_s = perf_counter() - started_s
        kept, faults = faults_in(data / "spool")
    if faults or not set(answers) <= ANNOUNCED:
        sys.exit(f"Answers {dict(answers)}, {len(faults)} odd events kept: {faults[:3]}")
    return Report(
        name="junk",
        question=__doc__ or "",
        rows=(
            Row("resident memory before", (memory[0],), "MB"),
            Row("resident memory, after each tenth", tuple(memory[1:]), "MB"),
            Row("requests", (REQUESTS / took_s,), "/s"),
            Row("events kept, each valid", (float(kept),), "events"),
        ),
        notes="Answers: "
        + ", ".join(f"{times} x {status}" for status, times in sorted(answers.items()))
        + ". Limited by the clients, which open a connection for each request.",
    )
