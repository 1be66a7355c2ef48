"""The ledger balances whatever happens, and shows it when it does not."""

from contextlib import closing
from datetime import date

import pytest

from pipeline.enrich import enrich
from pipeline.flush import flush_counters
from pipeline.late import ZoneBook
from pipeline.ledger import BY_CARD, TOTALS, Scope, read_counts, read_ledger, read_missing
from pipeline.ship import Shipper
from pipeline.spools import SpoolFile
from schema.testing.events import CARD, NOW_MS, spooled
from schema.testing.spools import PlainSpool

BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def shipper(tmp_path, store, directory):
    with closing(Shipper(tmp_path / "spool", store, directory, enrich, lambda: NOW_MS)) as shipper:
        yield shipper


@pytest.fixture
def spool(tmp_path):
    with closing(PlainSpool(tmp_path / "spool", zone="Pacific/Auckland")) as spool:
        yield spool


@pytest.fixture
def read(tmp_path, store, directory):
    return lambda: read_ledger(store, tmp_path / "spool", ZoneBook(directory).zones())


def test_every_event_is_in_one_column_on_the_cards_own_day(spool, shipper, add_card, read):
    add_card("Pacific/Auckland")
    spool.commit([spooled(1), spooled(2), spooled(1), spooled(3, agent=BOT)])
    shipper.ship_once()
    spool.commit([spooled(4), spooled(5)])
    # 12:00 UTC is 01:00 of the next day in Auckland.
    spool.count(CARD, "objected", 2, day="2026-11-21")
    spool.count(CARD, "origin", 3, day="2026-11-21")
    [line] = read()
    assert (line.day, line.card) == (date(2026, 11, 21), CARD)
    assert (line.received, line.human, line.automatic) == (11, 2, 1)
    assert (line.duplicate, line.objected, line.invalid, line.pending) == (1, 2, 3, 2)
    assert line.missing == 0


def test_it_reads_the_same_before_in_the_middle_of_and_after_a_flush(
    spool, shipper, store, add_card, read, monkeypatch
):
    add_card("Pacific/Auckland")
    spool.commit([spooled(n, seq=n) for n in range(20)])
    shipper.ship_once()
    before = read()
    with closing(SpoolFile(spool.path)) as file:
        with monkeypatch.context() as patch:
            patch.setattr(SpoolFile, "end_flush", lambda _self: None)
            file.begin_flush()
            assert read() == before
            flush_counters(file, store, NOW_MS)
        assert file.begun_flush() is not None, "stored, and killed before it was forgotten"
        assert read() == before
        flush_counters(file, store, NOW_MS)
        assert file.begun_flush() is None
    assert read() == before
    assert store.rows("SELECT sum(n) FROM ledger WHERE outcome = 'human'") == [(20,)]


def test_counts_of_several_flushes_add_up(spool, store, shipper, add_card, read):
    add_card("Pacific/Auckland")
    for n in range(3):
        spool.commit([spooled(n)])
        shipper.ship_once()
        with closing(SpoolFile(spool.path)) as file:
            flush_counters(file, store, NOW_MS)
    store.run("OPTIMIZE TABLE ledger FINAL")
    [line] = read()
    assert (line.received, line.human, line.missing) == (3, 3, 0)
    assert store.rows("SELECT count() FROM ledger WHERE flush = ''") == [(2,)]


def test_a_reading_can_be_of_one_card_of_some_days_or_of_totals(
    tmp_path, spool, shipper, store, directory
):
    spool.count(CARD, "origin", 3, day="2026-11-20")
    spool.count("other000", "origin", 5, day="2026-11-21")
    with closing(SpoolFile(spool.path)) as file:
        flush_counters(file, store, NOW_MS)
    spool.count(CARD, "origin", 4, day="2026-11-22")
    spool.count("other000", "origin", 6, day="2026-11-21")

    def of(scope):
        return dict(read_counts(store, tmp_path / "spool", scope))

    assert of(TOTALS) == {("", "", "origin"): 18}
    assert of(BY_CARD) == {("", CARD, "origin"): 7, ("", "other000", "origin"): 11}
    assert of(Scope(only=CARD, first=date(2026, 11, 21))) == {("2026-11-22", CARD, "origin"): 4}
    assert of(Scope(last=date(2026, 11, 20))) == {("2026-11-20", CARD, "origin"): 3}


def test_a_card_whose_time_zone_changes_meanwhile_balances_over_its_days(
    tmp_path, spool, shipper, store, directory, add_card, read
):
    spool.commit([spooled(1)])  # counted on the 21st, in Auckland
    add_card("Europe/Paris")
    shipper.ship_once()
    assert [line.missing for line in read()] == [-1, 1]
    zones = ZoneBook(directory).zones()
    assert read_missing(store, tmp_path / "spool", zones) == {CARD: 0}


def test_an_event_that_vanishes_or_counts_twice_shows(spool, shipper, add_card, read):
    add_card("Pacific/Auckland")
    spool.commit([spooled(1)])
    spool.count(CARD, "accepted", 2, day="2026-11-21")
    shipper.ship_once()
    assert [line.missing for line in read()] == [2]
    spool.count(CARD, "human", 5, day="2026-11-21")
    assert [line.missing for line in read()] == [-3]


def test_the_same_event_in_two_spools_counts_once_even_when_the_store_was_away_for_the_first(
    tmp_path, spool, shipper, store, add_card, read
):
    add_card("Pacific/Auckland")
    event = spooled(1)
    spool.commit([event])
    with closing(SpoolFile(spool.path)) as killed:
        killed.begin(killed.waiting(), frozenset())
    with closing(PlainSpool(tmp_path / "spool", "a-other", "Pacific/Auckland")) as other:
        other.commit([event])
        assert shipper.ship_once() == 2
    [line] = read()
    assert (line.received, line.human, line.duplicate, line.missing) == (2, 1, 1, 0)
    assert store.rows("SELECT count() FROM events") == [(1,)]
