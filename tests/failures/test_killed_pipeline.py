"""Processes of the pipeline are killed with SIGKILL at seeded instants, for real."""

import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from threading import Event, Thread
from time import sleep

import pytest

from schema.clock import system_clock
from schema.days import local_day
from schema.directory import accounts, cards, rollup_state
from schema.directory.database import open_directory
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import CARD, spooled
from schema.testing.spools import PlainSpool

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DAY_MS = 24 * 3_600_000


@pytest.fixture
def folder(tmp_path):
    prepared.events(tmp_path)
    with (
        closing(open_directory(prepared.directory(tmp_path))) as directory,
        directory.write() as conn,
    ):
        account = accounts.create(conn, name="A", tier="essentiel", locale="fr", now_ms=0)
        cards.create(
            conn,
            account=account.id,
            name="A",
            url="https://example.fr",
            zone="Europe/Paris",
            origins=(),
            now_ms=0,
            id=CARD,
        )
    return tmp_path


@contextmanager
def process(script, *arguments):
    """Ready for work on entry, killed on exit."""
    child = subprocess.Popen(
        [sys.executable, str(HERE / script), *map(str, arguments)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout.readline() == "ready\n"
        yield child
    finally:
        child.kill()
        child.communicate()


class Collecting:
    """Group commits into a spool, from before the first kill until after the last."""

    def __init__(self, folder):
        self.acknowledged = []
        self._spool = PlainSpool(folder / "spool", zone="Europe/Paris")
        self.committed = 0
        self._draw = Random(7)
        self._enough = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._enough.set()
        self._thread.join()
        self._spool.close()

    def _run(self):
        while not self._enough.is_set():
            self._commit()
            sleep(0.002)

    def _commit(self):
        first = len(self.acknowledged)
        at_ms = system_clock() - self._draw.choice((0, 0, 0, DAY_MS))
        new = [spooled(first + n, seq=n, at=at_ms) for n in range(self._draw.randrange(1, 40))]
        again = self._draw.sample(self.acknowledged, min(first, 3))
        self._spool.commit(new + again)
        self.acknowledged += new
        self.committed += len(new + again)


def test_a_shipper_killed_at_any_instant_loses_no_event_and_doubles_none(folder):
    draw = Random(1)
    with Collecting(folder) as collecting:
        for _ in range(10):
            with process("ship_until_killed.py", folder):
                sleep(draw.uniform(0, 0.3))
    with process("ship_until_killed.py", folder, "--until-done") as last:
        assert last.wait(60) == 0
    with closing(open_store(f"chdb:///{folder}/events")) as store:
        rows = store.rows("SELECT page, seq FROM events")
        counted = dict(store.rows("SELECT outcome, sum(n) FROM ledger GROUP BY outcome"))
        flushes = store.rows("SELECT count(), uniqExact(flush) FROM ledger WHERE flush != ''")
    assert counted["accepted"] == collecting.committed
    assert counted["human"] == len(rows)
    assert counted["duplicate"] == collecting.committed - len(rows)
    assert flushes[0][0] == flushes[0][1] == counted["flush"]
    assert sorted(rows) == sorted((event.page, event.seq) for event in collecting.acknowledged)
    with (
        closing(open_directory(f"sqlite:///{folder}/balise.db")) as directory,
        directory.read() as conn,
    ):
        marked = {day for _, day in rollup_state.late(conn)}
    yesterdays = {
        local_day(event.at, "Europe/Paris")
        for event in collecting.acknowledged
        if event.at < system_clock() - DAY_MS
    }
    assert yesterdays
    assert yesterdays <= marked


def test_a_swap_killed_at_any_instant_leaves_the_old_figures_or_the_new(folder):
    draw = Random(2)
    for _ in range(6):
        with process("swap_until_killed.py", folder):
            sleep(draw.uniform(0, 0.3))
        with closing(open_store(f"chdb:///{folder}/events")) as store:
            september, october = store.rows(
                "SELECT count(), uniqExact(card, day), groupUniqArray(views)"
                " FROM card_days GROUP BY toYYYYMM(day) ORDER BY toYYYYMM(day)"
            )
        assert september == (50 * 30, 50 * 30, [9])
        assert october[:2] == (50 * 31, 50 * 31)
        assert october[2] in ([1], [2])
