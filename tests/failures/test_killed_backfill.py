"""`balise backfill` is killed with SIGKILL after each of its pieces, for real."""

import subprocess
import sys
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random
from time import sleep

import msgspec
import polars as pl
import pytest

from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.frames import SPOOLED
from pipeline.roll import roll_closed_days
from pipeline.rollups import TABLES
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import NOW_MS, spooled

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DAY_MS = 86_400_000
LEASE_OVER_MS = 3_600_000
CARDS = ("aaaaaaaa", "bbbbbbbb", "cccccccc")
WRONG = 77


@pytest.fixture
def folder(tmp_path):
    """Three cards, five events on each of 30 days, all of them computed."""
    events = [
        spooled(100 * day + n, card=card, at=NOW_MS - day * DAY_MS, seq=n)
        for card in CARDS
        for day in range(1, 31)
        for n in range(5)
    ]
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    with (
        closing(open_store(prepared.events(tmp_path))) as store,
        closing(open_directory(prepared.directory(tmp_path))) as directory,
    ):
        with directory.write() as conn:
            account = accounts.create(conn, name="A", tier="essentiel", locale="fr", now_ms=0)
            given = {"account": account.id, "name": "A", "url": "https://example.fr", "origins": ()}
            for card in CARDS:
                created_ms = NOW_MS - 30 * DAY_MS
                cards.create(conn, **given, zone="Europe/Paris", now_ms=created_ms, id=card)
        store.insert("events", to_events(enrich(frame)), token="events")
        roll_closed_days(store, directory, NOW_MS)
    return tmp_path


def opened(folder):
    return closing(open_store(f"chdb:///{folder}/events"))


def all_tables(store):
    return {table: store.dump(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


def wrong_rows(store):
    return sum(
        store.rows(f"SELECT countIf(views = {WRONG}) FROM {table}")[0][0] for table in TABLES
    )


def differing_rows(store):
    """Rows that are neither wrong nor right, and rows that are missing or there twice."""
    return [
        store.rows(
            f"SELECT * FROM (SELECT * FROM {table} WHERE views != {WRONG}"
            f" EXCEPT SELECT * FROM right_{table})"
        )
        + store.rows(
            f"SELECT card, day, count() FROM {table} GROUP BY card, day"
            f" EXCEPT SELECT card, day, count() FROM right_{table} GROUP BY card, day"
        )
        for table in TABLES
    ]


def run(folder, now_ms, pieces, pause_s):
    """Killed after so many pieces and a moment; gives its last words if it ended before."""
    child = subprocess.Popen(
        [sys.executable, str(HERE / "backfill_until_killed.py"), str(folder), str(now_ms)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout.readline() == "ready\n"
        said = [child.stdout.readline() for _ in range(pieces)]
        sleep(pause_s)
    finally:
        child.kill()
        rest, _ = child.communicate()
    return ("".join(said) + rest).splitlines()


def test_killed_after_any_piece_the_same_command_goes_on_to_the_tables_of_an_undisturbed_run(
    folder,
):
    draw = Random(5)
    with opened(folder) as store:
        right = all_tables(store)
        for table in TABLES:
            store.run(f"CREATE TABLE right_{table} CLONE AS {table}")
            store.run(
                f"ALTER TABLE {table} UPDATE views = {WRONG}"
                " WHERE day BETWEEN '2026-10-26' AND '2026-11-08' SETTINGS mutations_sync = 1"
            )
        left = [wrong_rows(store)]
    for attempt in count():
        # A process that was killed keeps its lease; the next one comes when that is over.
        now_ms = NOW_MS + attempt * LEASE_OVER_MS
        said = run(folder, now_ms, pieces=1 + attempt % 4, pause_s=draw.uniform(0, 0.1))
        with opened(folder) as store:
            assert differing_rows(store) == [[]] * len(TABLES)
            left.append(wrong_rows(store))
            if said and said[-1].startswith("resumed"):
                break
    assert left == sorted(left, reverse=True)
    assert left[0] > 0
    assert attempt > 2
    assert int(said[-1].split()[1]) > 0
    with opened(folder) as store:
        assert all_tables(store) == right
