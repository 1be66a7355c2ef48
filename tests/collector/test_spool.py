import asyncio
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from collector.spool import Spool, SpoolFull
from schema.errors import Unavailable
from schema.spooled import OWNER_SUFFIX, open_spool
from schema.testing.clock import FixedClock
from schema.testing.events import CARD, NOW_MS
from schema.testing.loop import run

DAY = "2026-11-20"


@contextmanager
def spool_in(folder: Path, *, bytes_max=10**9, free_bytes_min=0):
    spool = Spool(
        folder, clock=FixedClock(NOW_MS), bytes_max=bytes_max, free_bytes_min=free_bytes_min
    )
    try:
        yield spool
    finally:
        spool.close()


def append(spool: Spool, *rows: bytes) -> None:
    """Appends all at once and waits for all."""

    async def together():
        await asyncio.gather(*(spool.append(row, 1, day=DAY, card=CARD) for row in rows))

    run(together())


def append_forever(spool: Spool, rows: list[bytes]) -> None:
    while True:
        append(spool, *rows)


def rows_in(path: Path) -> list[bytes]:
    spool = open_spool(path)
    bodies = b"".join(body for (body,) in spool.execute("SELECT body FROM batches ORDER BY id"))
    spool.close()
    return bodies.splitlines(keepends=True)


def counts_in(path: Path) -> list[tuple[str, str, str, int]]:
    spool = open_spool(path)
    counts = spool.execute("SELECT day, card, reason, n FROM counters ORDER BY reason").fetchall()
    spool.close()
    return counts


def test_what_is_awaited_is_on_the_disk(tmp_path):
    with spool_in(tmp_path) as spool:
        append(spool, b"one\n")
        assert rows_in(spool.path) == [b"one\n"]


def test_requests_that_come_together_share_commits(tmp_path):
    with spool_in(tmp_path) as spool:
        rows = [f"{n}\n".encode() for n in range(500)]
        append(spool, *rows)
        assert rows_in(spool.path) == rows
        reader = open_spool(spool.path)
        batches, events = reader.execute("SELECT count(*), sum(events) FROM batches").fetchone()
        reader.close()
        assert events == 500
        assert batches < 50


def test_the_loop_goes_on_while_a_commit_is_held_up(tmp_path):
    async def appended_beside_a_busy_file(spool: Spool) -> list[bool]:
        busy = open_spool(spool.path)
        busy.execute("BEGIN IMMEDIATE")
        written = spool.append(b"one\n", 1, day=DAY, card=CARD)
        await asyncio.sleep(0.05)
        done = [written.done()]
        busy.execute("COMMIT")
        busy.close()
        await written
        return [*done, written.done()]

    with spool_in(tmp_path) as spool:
        assert run(appended_beside_a_busy_file(spool)) == [False, True]


def test_counts_are_in_the_same_file_and_add_up(tmp_path):
    async def both(spool):
        spool.count(DAY, CARD, "objected", 2)
        await asyncio.gather(*(spool.append(b"x\n", 1, day=DAY, card=CARD) for _ in range(2)))
        spool.count(DAY, CARD, "objected", 3)
        await spool.append(b"x\n", 1, day=DAY, card=CARD)

    with spool_in(tmp_path) as spool:
        run(both(spool))
    assert counts_in(spool.path) == [(DAY, CARD, "accepted", 3), (DAY, CARD, "objected", 5)]


def test_an_answer_that_fails_leaves_the_others_of_its_group_alone(tmp_path):
    async def together(spool):
        spool.put(b"one\n", 1, int, day=DAY, card=CARD)  # int("") fails
        await spool.append(b"two\n", 1, day=DAY, card=CARD)
        await spool.append(b"three\n", 1, day=DAY, card=CARD)

    with spool_in(tmp_path) as spool:
        run(together(spool))
        assert rows_in(spool.path) == [b"one\n", b"two\n", b"three\n"]


def test_closing_commits_what_was_appended_and_takes_no_more(tmp_path):
    async def append_and_close():
        waiting = [spool.append(b"x\n", 1, day=DAY, card=CARD) for _ in range(100)]
        spool.count(DAY, CARD, "malformed", 1)
        await asyncio.to_thread(spool.close)
        await asyncio.gather(*waiting)
        with pytest.raises(SpoolFull, match=r"stopp(ing|ed)"):
            spool.append(b"late\n", 1, day=DAY, card=CARD)

    spool = Spool(tmp_path, clock=FixedClock(NOW_MS), bytes_max=10**9, free_bytes_min=0)
    run(append_and_close())
    assert rows_in(spool.path) == [b"x\n"] * 100
    assert [n for *_, n in counts_in(spool.path)] == [100, 1]


def test_the_owner_lock_is_held_for_life_and_no_longer(tmp_path):
    def is_owned(path):
        with path.with_name(path.name + OWNER_SUFFIX).open("rb") as owner:
            try:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    with spool_in(tmp_path) as spool:
        assert is_owned(spool.path)
    assert not is_owned(spool.path)


def test_two_spools_in_one_folder_have_files_of_their_own(tmp_path):
    with spool_in(tmp_path) as one, spool_in(tmp_path) as other:
        assert one.path != other.path


def test_a_spool_that_holds_its_bytes_takes_no_more_until_the_shipper_has_emptied_it(tmp_path):
    with spool_in(tmp_path, bytes_max=300_000) as spool:
        rows = [b"x" * 999 + b"\n"] * 10
        with pytest.raises(SpoolFull, match="holds its 300000 bytes"):
            append_forever(spool, rows)
        assert len(rows_in(spool.path)) > 100
        shipper = open_spool(spool.path)
        shipper.execute("DELETE FROM batches")
        shipper.close()
        wait_until(lambda: not spool.trouble)
        append(spool, b"again\n")
        assert rows_in(spool.path) == [b"again\n"]


def test_a_group_larger_than_the_room_left_is_refused_whole(tmp_path):
    with spool_in(tmp_path, bytes_max=300_000) as spool, pytest.raises(SpoolFull):
        append(spool, b"x" * 400_000 + b"\n")
    assert rows_in(spool.path) == []
    assert counts_in(spool.path) == []


def test_too_little_free_disk_takes_nothing_and_says_how_much(tmp_path):
    with spool_in(tmp_path, free_bytes_min=10**15) as spool:
        with pytest.raises(SpoolFull, match=r"has only \d+ bytes free"):
            append(spool, b"one\n")
        assert rows_in(spool.path) == []


def test_refusals_are_counted_once_even_when_the_room_comes_late(tmp_path):
    async def refuse_then_make_room(spool):
        for _ in range(20):
            with suppress(SpoolFull):
                await spool.append(b"x" * 20_000, 1, day=DAY, card=CARD)
        assert spool.trouble
        spool.count(DAY, CARD, "malformed", 1)
        await asyncio.sleep(0.1)
        assert "malformed" not in [reason for _, _, reason, _ in counts_in(spool.path)]
        shipper = open_spool(spool.path)
        shipper.execute("DELETE FROM batches")
        shipper.close()
        await asyncio.to_thread(wait_until, lambda: not spool.trouble)

    with spool_in(tmp_path, bytes_max=300_000) as spool:
        run(refuse_then_make_room(spool))
    assert counts_in(spool.path)[-1] == (DAY, CARD, "malformed", 1)


def test_an_unreadable_file_is_set_aside_and_a_new_one_goes_on(tmp_path, capsys):
    with spool_in(tmp_path) as spool:
        append(spool, b"before\n")
        broken = spool.path
        scribble(broken)
        append(spool, b"after\n")
        assert spool.path != broken
        assert rows_in(spool.path) == [b"after\n"]
        aside = broken.with_name(broken.name + ".unreadable")
        assert aside.exists()
        assert not broken.exists()
    told = capsys.readouterr().out
    assert "spool_unreadable" in told
    assert str(aside) in told


def test_when_no_new_file_can_be_opened_either_nothing_is_taken_until_one_can(tmp_path):
    folder, hidden = tmp_path / "spool", tmp_path / "hidden"
    with spool_in(folder) as spool:
        scribble(spool.path)
        folder.rename(hidden)
        folder.write_text("a file")
        with pytest.raises(SpoolFull, match="cannot be written"):
            append(spool, b"one\n")
        folder.unlink()
        hidden.rename(folder)
        wait_until(lambda: not spool.trouble)
        append(spool, b"two\n")
        assert rows_in(spool.path) == [b"two\n"]


def scribble(path: Path) -> None:
    """As a failing disk would: everything is noise, and the next reader must go to the disk."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.execute("PRAGMA user_version = 7")
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    path.write_bytes(os.urandom(path.stat().st_size))
    other.close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "spool").write_text("a file")
    with pytest.raises(Unavailable, match="No spool can be opened in"):
        Spool(tmp_path / "spool", clock=FixedClock(NOW_MS), bytes_max=10**9, free_bytes_min=0)


WRITER = """
import asyncio, sys
from pathlib import Path
from collector.spool import Spool
from schema.clock import system_clock

async def client(spool, name):
    for n in range(1_000_000):
        row = f"{name}-{n}"
        await spool.append(row.encode() + b"\\n", 1, day="2026-11-20", card="k7Hq2xPa")
        print(row, flush=True)

async def main():
    spool = Spool(Path(sys.argv[1]), clock=system_clock, bytes_max=10**9, free_bytes_min=0)
    await asyncio.gather(*(client(spool, name) for name in range(20)))

asyncio.run(main())
"""


@pytest.mark.parametrize("kill_after", [1, 50, 500, 3_000])
def test_kill_9_loses_nothing_that_was_acknowledged_and_doubles_nothing(tmp_path, kill_after):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    acknowledged = [writer.stdout.readline().strip() for _ in range(kill_after)]
    os.kill(writer.pid, signal.SIGKILL)
    acknowledged += writer.stdout.read().split("\n")[:-1]
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL

    (path,) = tmp_path.glob("*.db")
    stored = [row.decode().strip() for row in rows_in(path)]
    assert set(acknowledged) <= set(stored)
    assert len(stored) == len(set(stored))
    assert [n for *_, n in counts_in(path)] == [len(stored)]


def wait_until(happens) -> None:
    deadline = threading.Event()
    for _ in range(500):
        if happens():
            return
        deadline.wait(0.01)
    raise AssertionError("It did not happen within 5 seconds.")
