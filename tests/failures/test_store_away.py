"""The store answers late, wrongly or not at all; whatever it did, each event is stored once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import monotonic, sleep

import pytest

from pipeline.enrich import enrich
from pipeline.ship import Shipper
from pipeline.spools import pending_events, spool_paths, state
from schema.directory.database import open_directory
from schema.migrate import migrate
from schema.store.address import parse
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.clickhouse import SLOW_S, ClickHouseDouble
from schema.testing.events import NOW_MS, spooled
from schema.testing.spools import PlainSpool


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ClickHouseDouble(tmp_path_factory.mktemp("server") / "events") as server:
        yield server


@pytest.fixture
def store(server):
    with closing(open_store(server.dsn)) as store:
        migrate(store, parse(server.dsn))
        store.run("TRUNCATE TABLE events")
        server.fail("error", times=0)  # nothing ordered is left over from another test
        yield store


@pytest.fixture
def spool(tmp_path):
    with closing(PlainSpool(tmp_path / "spool")) as spool:
        yield spool


@pytest.fixture
def shipper(tmp_path, store):
    with closing(open_directory(prepared.directory(tmp_path))) as directory:
        shipper = Shipper(tmp_path / "spool", store, directory, enrich, lambda: NOW_MS)
        with closing(shipper):
            yield shipper


def ship_all(shipper, folder):
    deadline = monotonic() + 30
    while pending_events(folder):
        assert monotonic() < deadline
        shipper.ship_once()
        sleep(0.02)


@pytest.mark.parametrize("on", ["SELECT", "INSERT"])
@pytest.mark.parametrize("fault", ["error", "busy", "slow", "lost", "cut"])
def test_a_store_that_fails_for_a_while_has_each_event_once_in_the_end(
    tmp_path, server, store, spool, shipper, fault, on
):
    events = [spooled(n, seq=n) for n in range(200)]
    spool.commit(events)
    server.fail(fault, times=2, on=on)
    ship_all(shipper, tmp_path / "spool")
    rows = store.rows("SELECT page, seq FROM events ORDER BY seq")
    assert rows == [(event.page, event.seq) for event in events]


def test_a_store_that_is_killed_and_comes_back_gets_what_waited(
    tmp_path, server, store, spool, shipper
):
    events = [spooled(n, seq=n) for n in range(200)]
    spool.commit(events[:100])
    assert shipper.ship_once() == 100
    server.kill()
    spool.commit(events[50:])
    assert shipper.ship_once() == 0
    assert pending_events(tmp_path / "spool") == 150
    server.start()
    ship_all(shipper, tmp_path / "spool")
    assert store.rows("SELECT count(), uniqExact(page) FROM events") == [(200, 200)]


def test_a_shipment_of_thousands_of_pages_passes_over_the_wire(tmp_path, store, spool, shipper):
    events = [spooled(n) for n in range(10_000)]
    spool.commit(events)
    spool.commit(events[:5_000])
    ship_all(shipper, tmp_path / "spool")
    assert store.rows("SELECT count() FROM events") == [(10_000,)]


@pytest.mark.parametrize("fault", ["error", "busy", "lost", "cut"])
def test_counters_reach_the_ledger_once_however_the_store_fails(
    tmp_path, server, store, spool, shipper, fault
):
    store.run("TRUNCATE TABLE ledger")
    spool.commit([*(spooled(n) for n in range(50)), spooled(1)])
    ship_all(shipper, tmp_path / "spool")
    spool.close()
    server.fail(fault, times=2, on="INSERT INTO ledger")
    deadline = monotonic() + 30
    while spool.path.exists():
        assert monotonic() < deadline
        shipper.ship_once()
        sleep(0.02)
    assert shipper.meter.failures >= 1
    counted = store.rows("SELECT outcome, sum(n) FROM ledger GROUP BY outcome ORDER BY outcome")
    assert counted == [("accepted", 51), ("duplicate", 1), ("flush", 1), ("human", 50)]


@pytest.fixture
def elsewhere(tmp_path, server):
    """Another machine's shipper, with a folder of its own, on the same stores."""
    folder = tmp_path / "elsewhere"
    with (
        closing(open_directory(f"sqlite:///{tmp_path}/balise.db")) as directory,
        closing(open_store(server.dsn)) as store,
        closing(PlainSpool(folder)) as spool,
        closing(Shipper(folder, store, directory, enrich, lambda: NOW_MS)) as shipper,
    ):
        yield spool, shipper


def counted(folder, elsewhere):
    """What both machines have counted, by outcome."""
    of_both = [state(path).counts for path in (*spool_paths(folder), elsewhere.path)]
    counts = Counter()
    for each in of_both:
        counts.update({outcome: n for (_, _, outcome), n in each.items()})
    return counts


def test_an_event_that_two_machines_ship_at_the_same_time_is_stored_once(
    tmp_path, server, store, spool, shipper, elsewhere
):
    other_spool, other = elsewhere
    spool.commit([spooled(1)])
    other_spool.commit([spooled(1, received=NOW_MS + 900), spooled(2)])
    server.fail("slow", times=1, on="INSERT INTO events")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shipper.ship_once)
        sleep(SLOW_S / 4)  # it has asked, and its insert is on its way
        assert threads.submit(other.ship_once).result() == 2
        assert first.result() == 1
    assert store.rows("SELECT count(), uniqExact(page) FROM events") == [(2, 2)]
    assert counted(tmp_path / "spool", other_spool) == {"accepted": 3, "human": 2, "duplicate": 1}


def test_what_another_machine_stored_meanwhile_counts_as_a_duplicate(
    tmp_path, server, store, spool, shipper, elsewhere
):
    other_spool, other = elsewhere
    spool.commit([spooled(1), spooled(2)])
    other_spool.commit([spooled(1, received=NOW_MS + 900)])
    server.fail("error", times=1, on="INSERT INTO events")
    assert shipper.ship_once() == 0
    assert other.ship_once() == 1
    ship_all(shipper, tmp_path / "spool")
    assert store.rows("SELECT count(), uniqExact(page) FROM events") == [(2, 2)]
    assert counted(tmp_path / "spool", other_spool) == {"accepted": 3, "human": 2, "duplicate": 1}
