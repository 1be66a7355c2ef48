import sqlite3
from contextlib import closing

import pytest

from pipeline.enrich import enrich
from pipeline.late import ZoneBook
from pipeline.ledger import read_missing
from pipeline.ship import Shipper
from pipeline.spools import spool_paths, unreadable_files
from schema.testing.events import CARD, NOW_MS, spooled
from schema.testing.spools import PlainSpool

ROWS = 60


@pytest.fixture
def shipper(tmp_path, store, directory):
    with closing(Shipper(tmp_path / "spool", store, directory, enrich, lambda: NOW_MS)) as shipper:
        yield shipper


def left_behind(folder, damage):
    """The spool of a dead collector, with a page of its rows overwritten."""
    with closing(PlainSpool(folder)) as spool:
        for n in range(ROWS):
            spool.commit([spooled(n)])
    with closing(sqlite3.connect(spool.path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [(page_bytes,)] = other.execute("PRAGMA page_size")
    content = bytearray(spool.path.read_bytes())
    damage(content, page_bytes)
    spool.path.write_bytes(content)


def one_page(content, page_bytes):
    page = content.index(b'{"card"', len(content) // 2) // page_bytes * page_bytes
    content[page : page + page_bytes] = b"\xff" * page_bytes


def everything(content, page_bytes):
    content[:] = b"\xff" * len(content)


def test_rows_around_a_damaged_page_are_stored_and_the_ledger_tells_what_is_lost(
    tmp_path, store, directory, shipper, add_card
):
    add_card("UTC")
    folder = tmp_path / "spool"
    left_behind(folder, one_page)
    for _ in range(4):
        shipper.ship_once()
    [(kept, pages)] = store.rows("SELECT count(), uniqExact(page) FROM events")
    assert kept == pages
    assert ROWS - 12 <= kept < ROWS
    missing = read_missing(store, folder, ZoneBook(directory).zones())
    assert missing == {CARD: ROWS - kept}
    assert spool_paths(folder) == []
    assert len(unreadable_files(folder)) == 1, "it stays until somebody has looked at the disk"


def test_of_a_file_that_is_all_noise_nothing_comes_back_and_nothing_stops(tmp_path, store, shipper):
    folder = tmp_path / "spool"
    left_behind(folder, everything)
    with closing(PlainSpool(folder, "other")) as spool:
        spool.commit([spooled(1)])
        assert shipper.ship_once() == 1
        for _ in range(3):
            shipper.ship_once()
    assert store.rows("SELECT count() FROM events") == [(1,)]
    assert len(unreadable_files(folder)) == 1
