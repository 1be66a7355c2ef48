"""Two `balise work` over one folder, started by mistake: one ships, the other waits for its end."""

import urllib.request
from contextlib import closing
from time import monotonic, sleep

import pytest

from pipeline.spools import pending_events
from schema.clock import system_clock
from schema.store.opening import open_store
from schema.testing.clickhouse import ClickHouseDouble
from schema.testing.events import spooled
from schema.testing.server import balise, free_port, running
from schema.testing.spools import PlainSpool

WITHIN_S = 30


@pytest.fixture
def server(tmp_path):
    with ClickHouseDouble(tmp_path / "server" / "events") as server:
        yield server


def worker(data, server):
    port = free_port()
    return running(data, "work", "--port", str(port), port=port, clickhouse=server.dsn)


def shipments(worker):
    with urllib.request.urlopen(f"{worker.origin}/metrics", timeout=10) as answer:
        told = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines())
    return int(told["balise_shipment_events_count"])


def until_shipped(folder):
    until = monotonic() + WITHIN_S
    while pending_events(folder):
        assert monotonic() < until
        sleep(0.02)


def test_one_of_two_shippers_yields_and_takes_over_when_the_other_is_killed(tmp_path, server):
    data = tmp_path / "var"
    assert balise(data, "init", clickhouse=server.dsn).returncode == 0
    events = [spooled(n, at=system_clock()) for n in range(60)]
    with (
        worker(data, server) as first,
        worker(data, server) as second,
        closing(PlainSpool(data / "spool")) as spool,
    ):
        for n in range(0, 40, 10):
            spool.commit(events[n : n + 10])
            until_shipped(data / "spool")
        idle, busy = sorted((first, second), key=shipments)
        assert shipments(idle) == 0
        assert shipments(busy) > 0
        spool.commit(events[30:50])
        busy.kill()
        spool.commit(events[40:])
        until_shipped(data / "spool")
        assert shipments(idle) > 0
    with closing(open_store(server.dsn)) as store:
        stored = store.rows("SELECT page FROM events")
    assert sorted(page for (page,) in stored) == sorted(event.page for event in events)
    ledger = balise(data, "ledger", clickhouse=server.dsn)
    assert ledger.returncode == 0, ledger.stderr
