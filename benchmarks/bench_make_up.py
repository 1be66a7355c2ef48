"""From a clean clone, how long does `make up` take to a served page with data?"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.processes import await_answer
from benchmarks.report import Report, Row
from schema.testing.server import environment, free_port

ROOT = Path(__file__).parent.parent
WARM_RUNS = 3


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        empty_cache = {"UV_CACHE_DIR": f"{folder}/uv", "PIP_CACHE_DIR": f"{folder}/pip"}
        cold = [_from_clone(Path(folder), empty_cache)]
        # The run above has filled the cache of this folder: the same one is warm now.
        warm = [_from_clone(Path(folder), empty_cache) for _ in range(WARM_RUNS)]
    return Report(
        name="make_up",
        question=__doc__ or "",
        rows=(
            Row("make up, warm package cache", tuple(warm), "s", "bar: < 60 s"),
            Row("make up, empty package cache (baseline)", tuple(cold), "s"),
        ),
        notes="The demo's data is in it (see `demo`). An empty cache adds what the downloads take.",
    )


def _from_clone(folder: Path, caches: dict[str, str]) -> float:
    clone = folder / "clone"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    port = free_port()
    given = environment(clone / "var", port=str(port)) | caches
    started = time.perf_counter()
    process = subprocess.Popen(
        ["make", "up"],
        cwd=clone,
        env={name: value for name, value in given.items() if name not in ("VIRTUAL_ENV", "PYTHON")},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await_answer(f"http://127.0.0.1:{port}/c/", process)
        return time.perf_counter() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
