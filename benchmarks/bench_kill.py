"""After 200 kills of `serve` under load: is anything acknowledged lost, is anything doubled?"""

import tempfile
import time
from pathlib import Path

from benchmarks.report import Report, Row
from schema.testing.installation import install
from schema.testing.kills import kill_under_load

ROUNDS = 200


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        install(data)
        outcome = kill_under_load(data, ROUNDS, seed=time.time_ns())
    stored = set(outcome.stored)
    counted = sum(line["human"] + line["automatic"] for line in outcome.ledger)
    found = (
        ("acknowledged events", len(outcome.acknowledged), ""),
        ("  of them lost", len(outcome.acknowledged - stored), "bar: 0"),
        ("  stored twice", len(outcome.stored) - len(stored), "bar: 0"),
        ("requests cut off by a kill", outcome.cut, ""),
        ("stored, by the ledger", counted - len(outcome.stored), "bar: 0 more or less"),
        ("lines of the ledger that do not balance", float(not outcome.balanced), "bar: 0"),
    )
    return Report(
        name="kill",
        question=__doc__ or "",
        rows=tuple(Row(what, (float(n),), "", bar) for what, n, bar in found),
        notes=f"{ROUNDS} rounds, each killed with SIGKILL up to 0.8 s after it was ready.",
    )
