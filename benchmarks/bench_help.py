"""How long does `balise --help` take, against a Python that does nothing?"""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import Report, Row

RUNS = 15
BALISE = str(Path(sys.executable).with_name("balise"))


def measure() -> Report:
    nothing = [_seconds(sys.executable, "-c", "pass") for _ in range(RUNS)]
    helped = [_seconds(BALISE, "--help") for _ in range(RUNS)]
    return Report(
        name="help",
        question=__doc__ or "",
        rows=(
            Row("balise --help", tuple(helped), "s", bar="bar: < 0.5 s"),
            Row("python -c pass (baseline)", tuple(nothing), "s"),
        ),
        notes="Limited by Python's own start and by importing click; commands load when run.",
    )


def _seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started
