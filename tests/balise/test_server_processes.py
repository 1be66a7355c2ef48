"""Real processes over one data folder: what they take, ship and refuse, and how they stop."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.spools import pending_events
from schema.testing import stored
from schema.testing.events import body, envelope
from schema.testing.installation import install
from schema.testing.server import (
    BALISE,
    RunningServer,
    balise,
    environment,
    free_port,
    running,
)

QUERYABLE_WITHIN_S = 5
KNOWN_WITHIN_S = 2


@pytest.fixture
def data(tmp_path: Path) -> Path:
    install(tmp_path / "var")
    return tmp_path / "var"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One that runs for the tests of what happens beside it."""
    data = tmp_path_factory.mktemp("beside") / "var"
    install(data)
    with running(data, "serve") as server:
        yield server


def send(server: RunningServer, seed: int, **given: str) -> None:
    now_ms = time.time_ns() // 1_000_000
    event = {"seq": 0, "name": "view", "at": now_ms}
    request = urllib.request.Request(
        f"{server.origin}/api/track",
        body(envelope(seed, sent=now_ms, events=[event], **given)),
        {"Content-Type": "text/plain"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 204


def eventually_stored(data: Path, number: int) -> None:
    until = time.monotonic() + QUERYABLE_WITHIN_S
    while stored.events(data) < number and time.monotonic() < until:
        time.sleep(0.05)
    assert stored.events(data) == number


def test_serve_stops_gently_with_all_that_it_took_in_the_store(data: Path) -> None:
    with running(data, "serve") as server:
        for seed in range(20):
            send(server, seed)
        assert server.stop() == 0
    assert stored.events(data) == 20
    assert pending_events(data / "spool") == 0
    assert not (data / "control.sock").exists()


def test_a_server_stores_what_a_killed_one_and_a_collector_acknowledged_before_it(
    data: Path,
) -> None:
    with running(data, "serve") as server:
        for seed in range(20):
            send(server, seed)
        server.kill()
    already = stored.events(data)
    with running(data, "collect") as collector:
        send(collector, 20)
        assert collector.stop() == 0
    assert stored.events(data) == already
    with running(data, "serve"):
        eventually_stored(data, 21)


def test_a_collector_beside_a_server_is_shipped_by_it(server: RunningServer) -> None:
    before = stored.events(server.data)
    with running(server.data, "collect") as collector:
        send(collector, 1)
        eventually_stored(server.data, before + 1)


def test_work_ships_what_a_collector_takes_and_answers_for_the_store(data: Path) -> None:
    worker = subprocess.Popen([BALISE, "work"], env=environment(data), stdout=subprocess.PIPE)
    assert worker.stdout is not None
    try:
        assert b"ships what is spooled" in worker.stdout.readline()
        with running(data, "collect") as collector:
            send(collector, 1)
            eventually_stored(data, 1)
        worker.terminate()
        assert worker.wait(30) == 0
    finally:
        worker.kill()
        worker.stdout.close()


def test_work_answers_its_watchdogs_where_it_is_told_to(data: Path) -> None:
    port = free_port()
    with running(data, "work", "--port", str(port), port=port) as worker:
        assert json.loads(read(f"{worker.origin}/readyz")) == {"disk": "ok", "store": "ok"}
        assert read(f"{worker.origin}/healthz") == "alive\n"
        page = read(f"{worker.origin}/metrics")
        assert worker.stop() == 0
    assert "balise_insert_seconds_count 0" in page
    assert "balise_store_up 1" in page
    assert "balise_spool_unreadable_files 0" in page


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def test_a_card_made_while_the_server_runs_is_known_within_two_seconds(
    server: RunningServer,
) -> None:
    account = json.loads(server.run("account", "list", "--json").stdout)[0]["id"]
    site = ("--url", "https://lormeau.example/eva", "--zone", "Europe/Paris")
    card = "Xb4Ew9Lr"
    server.run("card", "create", "--account", account, "--name", "Eva", *site, "--id", card)
    time.sleep(KNOWN_WITHIN_S)
    send(server, 2, card=card)


def refused(data: Path, *arguments: str, code: int, **settings: str) -> str:
    """What a command says when it refuses: one sentence on stderr, and nothing else."""
    done = balise(data, *arguments, **settings)
    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, len(lines)) == (code, "", 1), done
    return lines[0]


def test_a_second_server_on_the_same_port_is_told_who_has_it(server: RunningServer) -> None:
    port = server.origin.rpartition(":")[2]
    assert f"Port {port} is taken" in refused(server.data, "serve", code=3, port=port)


def test_a_second_server_over_the_same_folder_is_told_that_the_store_is_held(
    server: RunningServer,
) -> None:
    says = refused(server.data, "serve", code=3, port=str(free_port()))
    assert "is held by another process" in says
