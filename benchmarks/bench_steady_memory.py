"""Over thirteen minutes and a million events, does the memory of `serve` grow?"""

import os
import tempfile
from pathlib import Path
from statistics import mean

from benchmarks.bench_end_to_end import CARDS, CONNECTIONS, Sampling, prepare, send
from benchmarks.processes import memory_mb
from benchmarks.report import Report, Row
from schema.testing.kills import WITHOUT_LIMITS
from schema.testing.server import running

RATE = int(os.getenv("RATE", "1500"))
SECONDS = int(os.getenv("SECONDS", "780"))
LOOK_S = 5


class _Memory(Sampling):
    def __init__(self, pid: int) -> None:
        super().__init__()
        self.own_mb: list[float] = []
        self.files_mb: list[float] = []
        self._pid = pid

    def _run(self) -> None:
        while not self._enough.wait(LOOK_S):
            seen = memory_mb(self._pid)
            self.own_mb.append(seen["Anonymous"])
            self.files_mb.append(seen["Rss"] - seen["Anonymous"])


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        ids = prepare(data)
        with running(data, "serve", **WITHOUT_LIMITS) as server:
            memory = _Memory(server.process.pid)
            with memory:
                told = send(server.origin, ids, rate=RATE, seconds=SECONDS)
    own, files = _quarters(memory.own_mb), _quarters(memory.files_mb)
    rows = (
        Row("requests acknowledged", (told["requests"],), ""),
        *(Row(f"its own, quarter {n} of the time", (mb,), "MB") for n, mb in enumerate(own, 1)),
        *(Row(f"files, quarter {n} of the time", (mb,), "MB") for n, mb in enumerate(files, 1)),
        Row("own memory, last quarter minus the second", (own[3] - own[1],), "MB", "flat"),
    )
    return Report(name="steady_memory", question=__doc__ or "", rows=rows, notes=NOTES)


NOTES = (
    f"{RATE} requests a second over {CONNECTIONS} connections, {CARDS} cards, {SECONDS} s. Files "
    "are pages of the engine's code, read in as they are used; the system may drop them any time."
)


def _quarters(seen: list[float]) -> list[float]:
    size = len(seen) // 4
    return [mean(seen[n * size : (n + 1) * size]) for n in range(4)]
