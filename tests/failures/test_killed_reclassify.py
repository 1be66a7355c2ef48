"""`balise reclassify` is killed with SIGKILL at seeded instants, for real."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from time import sleep

import msgspec
import polars as pl
import pytest

from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.enrich.restored import RestoredBook
from pipeline.frames import SPOOLED
from pipeline.reclass import Scope
from pipeline.reclassify import Place, Rulebook, reclassify, under_way
from schema.directory import accounts, cards, restored
from schema.directory.database import open_directory
from schema.store.address import parse
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import CARD, NOW_MS, spooled

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HOUR_MS = 3_600_000
EVENTS, ROUNDS = 4_000, 3
AGENTS = ("curl/8.9.1", "Googlebot/2.1", "Twitterbot/1.0", "Mozilla/5.0 (X11; Linux x86_64)")
WHOLE = Scope(NOW_MS - 9 * 24 * HOUR_MS, NOW_MS + 24 * HOUR_MS)
CLASSES = "SELECT rule, class, count() FROM events GROUP BY ALL ORDER BY ALL"
MOVED = "SELECT sumIf(n, outcome = 'human'), sumIf(n, outcome = 'automatic') FROM ledger"


@pytest.fixture
def folder(tmp_path):
    made = [
        spooled(n, at=NOW_MS - n * HOUR_MS // 40, agent=AGENTS[n % len(AGENTS)])
        for n in range(EVENTS)
    ]
    frame = pl.DataFrame(map(msgspec.structs.asdict, made), schema=SPOOLED)
    with closing(open_store(prepared.events(tmp_path))) as store:
        for part, some in enumerate(frame.iter_slices(EVENTS // 4)):
            store.insert("events", to_events(enrich(some)), token=str(part))
    with (
        closing(open_directory(prepared.directory(tmp_path))) as directory,
        directory.write() as conn,
    ):
        account = accounts.create(conn, name="A", tier="essentiel", locale="fr", now_ms=0)
        given = {"account": account.id, "name": "A", "url": "https://example.fr", "origins": ()}
        cards.create(conn, **given, zone="Europe/Paris", now_ms=0, id=CARD)
    return tmp_path


def run_and_kill(folder, seconds):
    child = subprocess.Popen(
        [sys.executable, str(HERE / "reclassify_until_killed.py"), str(folder)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout.readline() == "ready\n"
        sleep(seconds)
    finally:
        child.kill()
        child.communicate()


def test_killed_at_any_instant_the_next_run_leaves_nothing_half(folder):
    """Whatever was under way is ended; then the classes, and what the ledger moved, agree."""
    address = f"chdb:///{folder}/events"
    draw = Random(7)
    for _ in range(ROUNDS):
        run_and_kill(folder, draw.uniform(0, 1.5))
        with (
            closing(open_store(address)) as store,
            closing(open_directory(f"sqlite:///{folder}/balise.db")) as directory,
        ):
            # The killed process's lease outlives it, but not this clock.
            later = Place(store, parse(address), directory, lambda: NOW_MS + 10**10, "test")
            reclassify(later, WHOLE, Rulebook(RestoredBook(directory).spans()))
            assert under_way(directory) == []
            with directory.read() as conn:
                back = {each.rule for each in restored.every(conn)}
            classes = store.rows(CLASSES)
            assert sum(n for _, _, n in classes) == EVENTS
            assert all(
                (class_ == "human") == (not rule or rule in back) for rule, class_, _ in classes
            )
            moved = sum(n for rule, _, n in classes if rule in back)
            assert store.rows(MOVED) == [(moved, -moved)]
            with directory.write() as conn:
                for rule in back:
                    restored.withdraw(conn, card=CARD, rule=rule)
            reclassify(later, WHOLE, Rulebook(RestoredBook(directory).spans()))
            assert store.rows(MOVED) == [(0, 0)]
