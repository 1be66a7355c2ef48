"""A collector under load, killed 200 times: are all acknowledged events on the disk, each once?"""

import sys
import tempfile
from pathlib import Path
from random import Random
from time import sleep

from benchmarks.report import Report, Row
from schema.testing.crowd import Crowd, pages_in
from schema.testing.installation import install
from schema.testing.server import running

ROUNDS = 200
BROWSERS = 12
SECONDS_MAX = 0.6


def measure() -> Report:
    draw = Random(1)
    acknowledged, lost, twice = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        install(data)
        for number in range(ROUNDS):
            crowd = Crowd(f"r{number}", BROWSERS)
            with running(data, "collect") as server, crowd.at(server.origin):
                sleep(draw.uniform(0, SECONDS_MAX))
                server.kill()
            pages, _ = pages_in(data / "spool")
            acknowledged += len(crowd.acknowledged)
            lost += len(set(crowd.acknowledged) - set(pages))
            twice += sum(times > 1 for times in pages.values())
            for path in (data / "spool").iterdir():
                path.unlink()
    if lost or twice:
        sys.exit(f"Of {acknowledged} acknowledged events {lost} are lost and {twice} doubled.")
    return Report(
        name="intake_killed",
        question=__doc__ or "",
        rows=(
            Row("kills at random instants", (float(ROUNDS),), "rounds", "bar: 200"),
            Row("acknowledged events", (float(acknowledged),), "events"),
            Row("lost", (float(lost),), "events", "bar: 0"),
            Row("doubled", (float(twice),), "events", "bar: 0"),
        ),
    )
