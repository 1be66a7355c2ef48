"""How long from `balise serve` on an existing installation to ready, against a bare uvicorn?"""

import sys
import tempfile
from pathlib import Path

from benchmarks.processes import serving
from benchmarks.report import Report, Row
from schema.testing.server import BALISE, balise

RUNS = 9
BARE = """
import os, uvicorn
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
uvicorn.run(app, port=int(os.environ["PORT"]), lifespan="off", log_level="error")
"""


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        balise(data, "demo")
        ready, bare = [], []
        for _ in range(RUNS + 1):
            for command, seconds in (
                ((BALISE, "serve"), ready),
                ((sys.executable, "-c", BARE), bare),
            ):
                with serving(data, *command) as (took, _pid, _origin):
                    seconds.append(took)
    return Report(
        name="ready",
        question=__doc__ or "",
        rows=(
            Row("balise serve, warm, 200 000 events stored", tuple(ready[1:]), "s", "bar: < 2 s"),
            Row("bare uvicorn (baseline)", tuple(bare[1:]), "s"),
        ),
        notes="The first run of each is not counted: it fills the system's file cache.",
    )
