"""Load on a server from `wrk`, and the CPU time that the server spent on it.

The time is the operating system's own account of the server: all threads, kernel included.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

SCRIPT = Path(__file__).with_name("intake.lua")


@dataclass(frozen=True, slots=True)
class Load:
    requests_s: float
    cpu_us: float
    """Of the server, for each request."""
    p50_ms: float
    p99_ms: float


def load(
    origin: str,
    pid: int,
    bodies: Sequence[bytes],
    *,
    seconds: int,
    connections: int = 64,
    pause_ms: float = 0,
) -> Load:
    """Sends the bodies in turn; every one of them must be answered, and none refused."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: install it (Debian: apt install wrk).")
    with NamedTemporaryFile() as file:
        file.write(b"\n".join(bodies) + b"\n")
        file.flush()
        environment = os.environ | {"BODIES": file.name}
        if pause_ms:
            environment["PAUSE_MS"] = str(pause_ms)
        spent_s = _cpu_s(pid)
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), origin],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        spent_s = _cpu_s(pid) - spent_s
    told = json.loads(done.stdout.splitlines()[-1])
    if told["refused"] or told["broken"]:
        sys.exit(f"The server did not answer all requests: {told}")
    requests = told["requests"]
    return Load(
        requests / told["seconds"], spent_s / requests * 1e6, told["p50_ms"], told["p99_ms"]
    )


def _cpu_s(pid: int) -> float:
    # Fields 14 and 15; the second field is a name in brackets that may hold spaces.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
