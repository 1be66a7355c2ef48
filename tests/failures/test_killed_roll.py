"""The run of ended days is killed with SIGKILL between its steps and within them, for real."""

import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from time import sleep

import msgspec
import polars as pl
import pytest
import sqlalchemy as sa

from dashboard.figures.breakdown import breakdown
from dashboard.figures.essentiel import essentiel, today_and_ever
from dashboard.figures.question import Question
from dashboard.figures.read import Place, read
from dashboard.period import Period
from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.frames import SPOOLED
from pipeline.roll import roll_closed_days
from pipeline.rollups import TABLES
from schema.days import DAY_MS, local_day
from schema.directory import accounts, cards, rollup_state, tables
from schema.directory.database import open_directory
from schema.directory.leases import WORK_MS
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import NOW_MS, spooled

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ZONES = {"ParisAAA": "Europe/Paris", "ReunionA": "Indian/Reunion", "Miquelon": "America/Miquelon"}
OLDEST, NEW, LATE = 14, 5, (8, 9, 13)
"""How many days ago: the first one, the first that is not computed yet, and those that get events
after they were computed."""
KILLED_IN_STEP = (2, 4)


@contextmanager
def opened(folder):
    with (
        closing(open_store(f"chdb:///{folder}/events")) as store,
        closing(open_directory(f"sqlite:///{folder}/balise.db")) as directory,
    ):
        yield store, directory


@pytest.fixture
def folder(tmp_path):
    """Three cards with computed days, of which some got late events, and days that are new."""
    prepared.events(tmp_path)
    prepared.directory(tmp_path)
    with opened(tmp_path) as (store, directory):
        with directory.write() as conn:
            account = accounts.create(conn, name="A", tier="essentiel", locale="fr", now_ms=0)
            given = {"account": account.id, "name": "A", "url": "https://example.fr", "origins": ()}
            for card, zone in ZONES.items():
                created_ms = NOW_MS - OLDEST * DAY_MS
                cards.create(conn, **given, zone=zone, now_ms=created_ms, id=card)
        put(store, range(1, OLDEST), seed=0)
        roll_closed_days(store, directory, NOW_MS - NEW * DAY_MS)
        put(store, LATE, seed=10_000)
        with directory.write() as conn:
            late = {
                (card, local_day(NOW_MS - ago * DAY_MS, zone))
                for card, zone in ZONES.items()
                for ago in LATE
            }
            rollup_state.mark_late(conn, late)
    return tmp_path


def put(store, days_ago, seed):
    """A view and a click of each card on each of these days."""
    events = [
        spooled(seed + 100 * ago + n, card=card, at=NOW_MS - ago * DAY_MS, name=name, seq=n)
        for card in ZONES
        for ago in days_ago
        for n, name in enumerate(("view", "click"))
    ]
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    store.insert("events", to_events(enrich(frame)), token=f"events {seed}")


def as_readers_see(store, directory):
    """Of each card: what it adds up to since it began, which is in two tables and the directory,
    and two weeks by source."""
    with directory.read() as conn:
        every = cards.every(conn)
    place, seen = Place(store, directory, NOW_MS), {}
    for card in every:
        ever = today_and_ever(card, NOW_MS)
        first = local_day(NOW_MS - OLDEST * DAY_MS, card.zone)
        weeks = Question((card,), Period(first, ever.period.last), ever.before)
        seen[card.id] = (
            read(place, ever, essentiel(ever)),
            read(place, weeks, breakdown(weeks, "source")),
        )
    return seen


def all_tables(store):
    return {table: store.dump(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


def run_and_kill(folder, now_ms, step, pause_s):
    child = subprocess.Popen(
        [sys.executable, str(HERE / "roll_until_killed.py"), str(folder), str(now_ms)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert [child.stdout.readline() for _ in range(step)] == ["step\n"] * step
        sleep(pause_s)
    finally:
        child.kill()
        rest, _ = child.communicate()
    assert "done\n" not in rest


def test_killed_at_any_step_readers_see_no_half_and_the_next_run_ends_as_if_undisturbed(folder):
    draw = Random(3)
    with opened(folder) as at:
        right = as_readers_see(*at)
    for killed, step in enumerate(KILLED_IN_STEP):
        # A process that was killed keeps its lease; the next one comes when that is over.
        now_ms = NOW_MS + killed * 2 * WORK_MS
        run_and_kill(folder, now_ms, step, pause_s=draw.uniform(0, 0.1))
        with opened(folder) as at:
            assert as_readers_see(*at) == right
    now_ms += 2 * WORK_MS
    with opened(folder) as (store, directory):
        assert roll_closed_days(store, directory, now_ms) > 0
        assert as_readers_see(store, directory) == right
        after_kills = all_tables(store)
        with directory.write() as conn:
            conn.execute(sa.delete(tables.rolled_days))
        roll_closed_days(store, directory, now_ms)
        assert all_tables(store) == after_kills
