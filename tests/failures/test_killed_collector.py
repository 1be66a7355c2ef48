"""A collector under load, killed or stopped at any instant: what it acknowledged is on the disk."""

import os
import signal
import sqlite3
from contextlib import closing
from random import Random
from time import sleep

import pytest

from schema.testing.crowd import Crowd, pages_in
from schema.testing.installation import install
from schema.testing.server import running

ROUNDS = 20
COMMITS = 3
BROWSERS = 6


@pytest.fixture
def data(tmp_path):
    install(tmp_path / "var")
    return tmp_path / "var"


def test_kill_9_at_any_instant_loses_no_acknowledged_event_and_doubles_none(data):
    draw = Random(4)
    acknowledged, sent = [], set()
    for number in range(ROUNDS):
        crowd = Crowd(f"r{number}", BROWSERS)
        with running(data, "collect") as server, crowd.at(server.origin):
            sleep(draw.uniform(0, 0.3))
            server.kill()
        acknowledged += crowd.acknowledged
        sent |= crowd.sent
    pages, accepted = pages_in(data / "spool")
    assert len(acknowledged) > ROUNDS
    assert set(acknowledged) <= set(pages) <= sent
    assert set(pages.values()) == {1}
    assert accepted == len(pages)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_gentle_stop_answers_exactly_what_was_taken(data, workers):
    crowd = Crowd("stop", BROWSERS)
    with running(data, "collect", "--workers", str(workers)) as server, crowd.at(server.origin):
        sleep(0.5)
        assert server.stop() == 0
    pages, accepted = pages_in(data / "spool")
    assert len(crowd.acknowledged) > BROWSERS
    assert sorted(crowd.acknowledged) == sorted(pages.elements())
    assert accepted == len(crowd.acknowledged)
    assert crowd.refused == []


def test_a_spool_torn_anywhere_in_its_last_commit_holds_all_that_came_before(data, tmp_path):
    crowd = Crowd("torn", 1)
    with running(data, "collect") as server:
        with crowd.at(server.origin):
            while len(crowd.acknowledged) < COMMITS:
                sleep(0.001)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    (path,) = (data / "spool").glob("*.db")
    whole, log = path.read_bytes(), path.with_name(path.name + "-wal").read_bytes()
    expected = _batches(tmp_path, whole, log)
    last = _bytes_of_the_last_commit(log)
    draw = Random(5)
    for cut in range(len(log) - last, len(log)):
        assert _batches(tmp_path, whole, log[:cut]) == expected[:-1]
        if cut % 40 == 0:
            noise = draw.randbytes(len(log) - cut)
            assert _batches(tmp_path, whole, log[:cut] + noise) == expected[:-1]


def _batches(folder, whole, log):
    path = folder / "torn.db"
    for each in folder.glob("torn.db*"):  # to write over them, the disk would be waited for
        each.unlink()
    path.write_bytes(whole)
    path.with_name("torn.db-wal").write_bytes(log)
    with closing(sqlite3.connect(path)) as spool:
        spool.execute("PRAGMA synchronous = OFF")  # of this look, which is thrown away
        return spool.execute("SELECT id, body FROM batches ORDER BY id").fetchall()


def _bytes_of_the_last_commit(log):
    """Of SQLite's write-ahead log: a header of 32 bytes, then frames of 24 bytes and a page; the
    last frame of a commit tells the size of the database, all others tell zero."""
    frame_bytes = 24 + int.from_bytes(log[8:12], "big")
    frames = [log[at : at + 24] for at in range(32, len(log), frame_bytes)]
    commits = [n for n, frame in enumerate(frames) if frame[4:8] != bytes(4)]
    return (commits[-1] - commits[-2]) * frame_bytes
