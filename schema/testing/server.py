"""A real `balise` process for tests: started, waited for, stopped or killed."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 30
COMMAND_SECONDS_MAX = 120
BALISE = str(Path(sys.executable).with_name("balise"))


NO_LIMITS = {"BALISE_NETWORK_REQUESTS_S": "1000000", "BALISE_CARD_REQUESTS_S": "1000000"}
"""A test sends from one address what otherwise comes from a crowd."""


PORTS = range(10_000, 32_000)
"""Below those that the system gives to whoever asks for any, so that no connection of another test
takes one between our look and its use. Tests that run side by side draw at random."""


def free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environment(data: Path, /, **settings: str) -> dict[str, str]:
    """This process's environment without settings of its own, and with those given."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("BALISE_")}
    given = {f"BALISE_{name.upper()}": value for name, value in settings.items()}
    return inherited | NO_LIMITS | {"BALISE_DATA": str(data)} | given


@dataclass(frozen=True, slots=True)
class RunningServer:
    process: subprocess.Popen[bytes]
    origin: str
    data: Path
    log: Path

    def stop(self) -> int:
        """Gently, as an operator would. Gives the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS_MAX)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command beside it, over the same data folder."""
        return balise(self.data, *arguments, port=self.origin.rpartition(":")[2])


def balise(data: Path, /, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """One `balise` command, in a process of its own, over that data folder."""
    data.parent.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [BALISE, *arguments],
        env=environment(data, **settings),
        cwd=data.parent,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )


@contextmanager
def running(
    data: Path, *arguments: str, port: int | None = None, **settings: str
) -> Iterator[RunningServer]:
    """`running(tmp_path / "var", "serve")`: ready when the block begins, gone when it ends."""
    port = port or free_port()
    data.parent.mkdir(parents=True, exist_ok=True)
    log = data.parent / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [BALISE, *(arguments or ("serve",))],
            env=environment(data, port=str(port), **settings),
            cwd=data.parent,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = RunningServer(process, f"http://127.0.0.1:{port}", data, log)
    try:
        _await_ready(server)
        yield server
    finally:
        if process.poll() is None:
            server.kill()


def _await_ready(server: RunningServer) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise RuntimeError(f"The server ended while starting:\n{server.log.read_text()}")
        try:
            urllib.request.urlopen(f"{server.origin}/readyz", timeout=2).close()
        except OSError:  # refused, reset, or not answered yet
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"The server was not ready in time:\n{server.log.read_text()}")
