"""What does an idle `balise serve` hold in memory, against the embedded engine alone?"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.processes import resident_mb, serving
from benchmarks.report import Report, Row
from schema.testing.server import BALISE, balise

RUNS = 3
SETTLE_S = 10
ENGINE_ALONE = """
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from schema.store.embedded import EmbeddedStore
store = EmbeddedStore(Path(os.environ["BALISE_DATA"]) / "events")
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
    def log_message(self, *_):
        pass
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
"""


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        balise(data, "demo")
        whole = [_idle(data, BALISE, "serve") for _ in range(RUNS)]
        engine = [_idle(data, sys.executable, "-c", ENGINE_ALONE) for _ in range(RUNS)]
    return Report(
        name="idle_memory",
        question=__doc__ or "",
        rows=(
            Row("balise serve, idle for 10 s", tuple(whole), "MB"),
            Row("engine opened, nothing else (baseline)", tuple(engine), "MB"),
        ),
        notes="Resident set; much of the engine's is the pages of its 555 MB library.",
    )


def _idle(data: Path, *command: str) -> float:
    with serving(data, *command) as (_took, pid, _origin):
        time.sleep(SETTLE_S)
        return resident_mb(pid)
