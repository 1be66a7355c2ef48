"""`balise collect --workers N`: real processes on one port, killed and stopped."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from schema.clock import system_clock
from schema.testing.events import body, envelope
from schema.testing.installation import install
from schema.testing.junk import faults_in, send
from schema.testing.server import RunningServer, balise, free_port, running

SECONDS_MAX = 20


@pytest.fixture
def data(tmp_path: Path) -> Path:
    install(tmp_path / "var")
    return tmp_path / "var"


def track(origin: str, seed: int) -> list[int]:
    now_ms = system_clock()
    content = body(envelope(seed, sent=now_ms, events=[{"seq": 0, "name": "view", "at": now_ms}]))
    head = b"POST /api/track HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
    return send(origin, head + b"Content-Length: %d\r\n\r\n%s" % (len(content), content))


def workers_of(server: RunningServer) -> set[int]:
    pid = server.process.pid
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def eventually(happens) -> None:
    until = time.monotonic() + SECONDS_MAX
    while not happens():
        assert time.monotonic() < until
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_workers_share_a_port_and_stop_with_all_they_took(data: Path) -> None:
    with running(data, "collect", "--workers", "3") as server:
        eventually(lambda: len(list((data / "spool").glob("*.db"))) == 3)
        with ThreadPoolExecutor(8) as clients:
            assert list(clients.map(partial(track, server.origin), range(200))) == [[204]] * 200
        assert server.stop() == 0
    assert faults_in(data / "spool") == (200, [])


def test_a_worker_that_dies_is_replaced_and_what_it_took_is_kept(data: Path) -> None:
    with running(data, "collect", "--workers", "2") as server:
        taken = sum(track(server.origin, seed) == [204] for seed in range(20))
        first = workers_of(server)
        os.kill(min(first), signal.SIGKILL)
        eventually(lambda: len(workers_of(server) - first) == 1)
        eventually(lambda: len(list((data / "spool").glob("*.db"))) == 3)
        taken += sum(track(server.origin, seed) == [204] for seed in range(20, 40))
        assert server.stop() == 0
    assert "worker_ended" in server.log.read_text()
    assert faults_in(data / "spool") == (taken, [])


def test_no_worker_outlives_its_watcher(data: Path) -> None:
    with running(data, "collect", "--workers", "2") as server:
        workers = workers_of(server)
        assert len(workers) == 2
        server.kill()
        eventually(lambda: not any(map(alive, workers)))


def test_what_is_wrong_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "letter.db").write_text("this is not a database, it is a letter" * 100)
    done = balise(
        tmp_path / "var",
        "collect",
        "--workers",
        "4",
        database=f"sqlite:///{tmp_path}/letter.db",
        port=str(free_port()),
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "file of another kind" in done.stderr
