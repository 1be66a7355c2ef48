import sqlite3
from contextlib import closing
from datetime import date
from threading import Thread
from time import sleep

import msgspec
import pytest

from collector.spool import Spool
from pipeline import ship
from pipeline.enrich import enrich
from pipeline.ship import Shipper
from pipeline.spools import SpoolFile, pending_events, spool_paths, unreadable_files
from schema.directory import rollup_state
from schema.store import StoreUnavailable
from schema.testing.clock import FixedClock
from schema.testing.events import CARD, NOW_MS, spooled
from schema.testing.loop import run
from schema.testing.spools import PlainSpool

DAY_MS = 24 * 3_600_000


@pytest.fixture
def clock():
    return FixedClock(NOW_MS)


@pytest.fixture
def spool(tmp_path):
    spool = PlainSpool(tmp_path / "spool")
    yield spool
    spool.close()


@pytest.fixture
def shipper(tmp_path, store, directory, clock):
    shipper = Shipper(tmp_path / "spool", store, directory, enrich, clock)
    yield shipper
    shipper.close()


def stored(store):
    return store.rows("SELECT page, seq FROM events ORDER BY page, seq")


def test_every_spooled_event_is_stored_and_leaves_the_spool(tmp_path, spool, shipper, store):
    events = [spooled(n, seq=n) for n in range(30)]
    spool.commit(events[:10])
    spool.commit(events[10:])
    assert pending_events(tmp_path / "spool") == 30
    assert shipper.ship_once() == 30
    assert stored(store) == sorted((e.page, e.seq) for e in events)
    assert pending_events(tmp_path / "spool") == 0
    assert shipper.ship_once() == 0


def test_a_stored_event_is_what_was_spooled_and_what_enrichment_added(spool, shipper, store):
    event = spooled(
        1,
        name="click",
        target="phone",
        label="l'en-tête",
        visitor=2**64 - 1,
        seq=65_535,
        ref="www.google.fr",
        medium="",
        tz="Indian/Reunion",
    )
    spool.commit([event])
    shipper.ship_once()
    row = store.frame("SELECT * FROM events").row(0, named=True)
    same = set(row) & set(msgspec.structs.asdict(event)) - {"at", "received"}
    assert {name: row[name] for name in same} == {name: getattr(event, name) for name in same}
    assert row["at"].timestamp() * 1000 == event.at
    assert row["referrer"] == "www.google.fr"
    assert (row["source"], row["country"], row["geo"]) == ("search", "RE", "zone")
    assert (row["class"], row["rule"], row["device"] != "") == ("human", "", True)


def test_the_same_event_is_stored_once_however_often_it_comes(spool, shipper, store):
    event, other = spooled(1), spooled(2)
    spool.commit([event, other, event])
    assert shipper.ship_once() == 3
    later = msgspec.structs.replace(event, at=event.at + 400, received=event.received + 9_000)
    spool.commit([later, spooled(3)])
    assert shipper.ship_once() == 2
    assert len(stored(store)) == 3


def test_an_event_of_another_page_or_card_with_the_same_number_is_another_event(
    spool, shipper, store
):
    event = spooled(1)
    replace = msgspec.structs.replace
    spool.commit([event, replace(event, page="x" * 12), replace(event, card="x" * 8)])
    shipper.ship_once()
    assert len(stored(store)) == 3


def test_a_shipment_begun_by_a_killed_process_is_sent_again_with_the_same_rows(
    tmp_path, spool, shipper, store
):
    spool.commit([spooled(1)])
    killed = SpoolFile(spool.path)
    killed.begin(killed.waiting(), frozenset())
    killed.close()
    spool.commit([spooled(2)])
    assert SpoolFile(spool.path).begun().rows.events == 1
    assert shipper.ship_once() == 2
    assert len(stored(store)) == 2


def test_a_shipment_that_was_stored_before_the_kill_is_only_forgotten(
    tmp_path, spool, shipper, store, directory, clock
):
    spool.commit([spooled(n) for n in range(5)])
    shipper.ship_once()
    spool.commit([spooled(n) for n in range(5)])
    assert shipper.ship_once() == 5
    assert len(stored(store)) == 5


def test_a_day_that_was_over_when_its_event_was_stored_is_marked(
    spool, shipper, directory, add_card
):
    add_card("Pacific/Tahiti")
    # 12:00 UTC is 02:00 in Tahiti: two hours and a bit ago was yesterday there.
    spool.commit(
        [spooled(1), spooled(2, at=NOW_MS - 2 * 3_600_000 - 1), spooled(3, card="unknown1")]
    )
    shipper.ship_once()
    with directory.read() as conn:
        assert set(rollup_state.late(conn)) == {(CARD, date(2026, 11, 19))}


def test_a_changed_time_zone_is_followed(spool, shipper, directory, add_card):
    add_card("Pacific/Tahiti")
    spool.commit([spooled(1)])
    shipper.ship_once()
    add_card("Pacific/Auckland", id="Auckland")
    spool.commit([spooled(2, card="Auckland", at=NOW_MS - 3_600_000 - 1)])
    shipper.ship_once()
    with directory.read() as conn:
        # 12:00 UTC is 01:00 of the next day in Auckland.
        assert set(rollup_state.late(conn)) == {("Auckland", date(2026, 11, 20))}


def test_two_shippers_never_work_on_the_same_file(
    tmp_path, spool, shipper, store, directory, clock
):
    spool.commit([spooled(1)])
    assert shipper.ship_once() == 1
    second = Shipper(tmp_path / "spool", store, directory, enrich, clock)
    spool.commit([spooled(2)])
    assert second.ship_once() == 0
    shipper.close()
    assert second.ship_once() == 1
    second.close()


def test_the_empty_spool_of_a_dead_collector_is_removed_and_that_of_a_living_one_stays(
    tmp_path, spool, shipper
):
    dying = PlainSpool(tmp_path / "spool", "dying")
    dying.commit([spooled(1)])
    shipper.ship_once()
    shipper.ship_once()
    assert dying.path.exists()
    dying.commit([spooled(2)])
    dying.close()
    assert shipper.ship_once() == 1
    shipper.ship_once()
    assert {path.name.partition(".")[0] for path in (tmp_path / "spool").iterdir()} == {"test"}
    assert spool.path.exists()


def test_the_counters_of_a_dead_collector_are_in_the_ledger_before_its_file_goes(
    spool, shipper, store
):
    spool.count(CARD, "origin", 3)
    spool.close()
    shipper.ship_once()
    assert not spool.path.exists()
    assert store.rows("SELECT card, outcome, n FROM ledger WHERE flush = ''") == [
        (CARD, "origin", 3)
    ]


def test_an_unreadable_spool_of_a_dead_collector_is_set_aside_and_holds_up_no_other(
    tmp_path, spool, shipper, store
):
    broken = tmp_path / "spool" / "a-broken.db"
    broken.write_bytes(b"not a database" * 100)
    spool.commit([spooled(1)])
    assert shipper.ship_once() == 1
    assert len(stored(store)) == 1
    [aside] = unreadable_files(tmp_path / "spool")
    assert aside.read_bytes() == b"not a database" * 100
    assert spool_paths(tmp_path / "spool") == [spool.path]


def test_a_living_collector_leaves_a_spool_that_the_shipper_cannot_read(tmp_path, shipper, store):
    folder = tmp_path / "spool"
    with closing(Spool(folder, clock=lambda: NOW_MS, bytes_max=10**9, free_bytes_min=0)) as spool:
        for n in range(40):
            keep(spool, spooled(n, agent="x" * 4_000))
        broken = spool.path
        damage_the_first_row(broken)
        assert shipper.ship_once() == 0
        keep(spool, spooled(98))
        assert spool.path != broken
        keep(spool, spooled(99))
        shipper.ship_once()
    assert {spooled(98).page, spooled(99).page} < {page for page, _ in stored(store)}
    [aside] = unreadable_files(folder)
    assert aside.stat().st_size > 40 * 4_000


def keep(spool, event):
    row = msgspec.json.encode(event) + b"\n"

    async def together():
        await spool.append(row, 1, day="2026-11-20", card=CARD)

    run(together())


def damage_the_first_row(path):
    """On the disk, where the collector does not look again."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page_bytes,)] = other.execute("PRAGMA page_size")
    content = bytearray(path.read_bytes())
    leaf = content.index(b'{"card"') // page_bytes * page_bytes
    content[leaf : leaf + page_bytes] = b"\xff" * page_bytes
    path.write_bytes(content)


def test_a_folder_that_goes_wrong_does_not_end_the_shipper(
    tmp_path, spool, shipper, store, monkeypatch
):
    monkeypatch.setattr(ship, "RETRY_S", (0.05,))
    lock = tmp_path / "spool.lock"
    lock.mkdir()
    thread = Thread(target=shipper.run)
    thread.start()
    spool.commit([spooled(1)])
    while not shipper.meter.failures:
        sleep(0.01)
    lock.rmdir()
    while not stored(store):
        sleep(0.01)
    shipper.stop()
    thread.join()


def test_while_the_store_is_away_nothing_is_lost_and_the_tries_become_rarer(
    tmp_path, spool, store, directory, clock
):
    shipper = Shipper(tmp_path / "spool", store, directory, enrich, clock)
    spool.commit([spooled(1)])
    store.run("RENAME TABLE events TO events_away")
    assert shipper.ship_once() == 0
    store.run("RENAME TABLE events_away TO events")
    assert shipper.ship_once() == 0, "it rests after a failure"
    while not shipper.ship_once():
        sleep(0.05)
    assert len(stored(store)) == 1
    shipper.close()


def test_a_running_shipper_stores_what_comes_and_ends_when_told(spool, shipper, store):
    thread = Thread(target=shipper.run)
    thread.start()
    for n in range(3):
        spool.commit([spooled(n)])
        while len(stored(store)) <= n:
            sleep(0.01)
    shipper.stop()
    thread.join()


def test_a_closed_store_is_a_reason_to_wait(tmp_path, spool, shipper, store):
    spool.commit([spooled(1)])
    store.close()
    with pytest.raises(StoreUnavailable):
        store.rows("SELECT 1")
    assert shipper.ship_once() == 0
    assert pending_events(tmp_path / "spool") == 1
