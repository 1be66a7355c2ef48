"""A server process under measurement: how long until it is ready, what it holds in memory."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.testing.server import environment, free_port

LOOK_S = 0.01
TICKS_S = os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(data: Path, *command: str) -> Iterator[tuple[float, int, str]]:
    """Runs it until the block ends; gives seconds until ready, process id and address."""
    port = free_port()
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment(data, port=str(port)) | {"PORT": str(port)},
        cwd=data.parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        origin = f"http://127.0.0.1:{port}"
        await_answer(f"{origin}/readyz", process)
        yield time.perf_counter() - started, process.pid, origin
    finally:
        process.terminate()
        process.wait(30)


def await_answer(address: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=60).close()
        except OSError:
            time.sleep(LOOK_S)
        else:
            return
    sys.exit(f"The process ended with {process.returncode} before it answered at {address}.")


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def memory_mb(pid: int) -> dict[str, float]:
    """`Rss` and its parts: `Anonymous` is the process's own, the rest are files, mostly the code of
    the event store's engine, which the system reads in as it is used and may drop at any time."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    parts = (line.split(":") for line in lines)
    return {name: int(size.split()[0]) * 1024 / 1e6 for name, size in parts}


def processor_s(pid: int) -> float:
    """Of the process and all its threads, so far."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS_S
