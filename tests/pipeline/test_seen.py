"""The filter may say "perhaps" too often, and "no" never wrongly."""

from contextlib import closing

import pytest

from pipeline import seen
from pipeline.batches import decode
from pipeline.enrich import enrich
from pipeline.seen import Seen
from pipeline.ship import Shipper
from schema.testing.events import NOW_MS, batch, spooled
from schema.testing.spools import PlainSpool
from schema.wire import AGE_MS_MAX


def frame(*events):
    return decode([batch(list(events))], len(events)).events


def pages(found):
    return set(found["page"])


@pytest.fixture
def spool(tmp_path):
    with closing(PlainSpool(tmp_path / "spool")) as spool:
        yield spool


@pytest.fixture
def ship(tmp_path, spool, store, directory):
    """Each call is a new process's first shipment."""

    def call(*events):
        spool.commit(events)
        shipper = Shipper(tmp_path / "spool", store, directory, enrich, lambda: NOW_MS, alone=True)
        with closing(shipper):
            assert shipper.ship_once() == len(events)

    return call


def test_what_was_added_is_perhaps_stored_and_hardly_anything_else(store):
    filter_ = Seen(store, NOW_MS)
    known = frame(*(spooled(n, seq=n) for n in range(2_000)))
    filter_.add(known)
    assert filter_.perhaps(known).height == 2_000
    others = frame(*(spooled(n, seq=n) for n in range(2_000, 4_000)))
    assert filter_.perhaps(others).height < 5


def test_another_number_of_a_known_page_is_another_event(store):
    filter_ = Seen(store, NOW_MS)
    filter_.add(frame(spooled(1, seq=1)))
    assert filter_.perhaps(frame(spooled(1, seq=2))).height == 0


def test_what_the_store_had_before_is_known(ship, store):
    events = [spooled(n, seq=n) for n in range(500)]
    ship(*events)
    assert Seen(store, NOW_MS).perhaps(frame(*events)).height == 500


def test_an_event_from_before_what_was_read_is_always_asked_about(store):
    filter_ = Seen(store, NOW_MS)
    old = spooled(1, at=NOW_MS - AGE_MS_MAX - 2 * 3_600_000)
    assert pages(filter_.perhaps(frame(old, spooled(2)))) == {old.page}


def test_replays_are_dropped_by_later_processes_and_counted(ship, store):
    events = [spooled(n, seq=n) for n in range(300)]
    ship(*events[:200])
    ship(*events[100:])
    ship(*events)
    assert store.rows("SELECT count(), uniqExact(page) FROM events") == [(300, 300)]


def test_a_full_filter_is_made_again(ship, spool, tmp_path, store, directory, monkeypatch):
    monkeypatch.setattr(seen, "EVENTS_MAX", 10)
    shipper = Shipper(tmp_path / "spool", store, directory, enrich, lambda: NOW_MS, alone=True)
    with closing(shipper):
        for _ in range(3):
            spool.commit([spooled(n, seq=n) for n in range(30)])
            assert shipper.ship_once() == 30
    assert store.rows("SELECT count() FROM events") == [(30,)]


def test_an_empty_batch_is_no_question(store):
    assert Seen(store, NOW_MS).perhaps(frame(spooled(1)).clear()).height == 0


def test_where_the_last_days_hold_too_many_each_event_is_asked_about_and_nothing_read_again(
    ship, store, monkeypatch
):
    ship(*(spooled(n) for n in range(30)))
    monkeypatch.setattr(seen, "EVENTS_MAX", 20)
    filter_ = Seen(store, NOW_MS)
    new = frame(spooled(98), spooled(99))
    filter_.add(new)
    assert filter_.perhaps(new).height == 2
    assert not filter_.full
