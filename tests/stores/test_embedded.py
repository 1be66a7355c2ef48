"""What only the embedded store has: a folder, one holder, and a process that can be killed."""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest

from schema.errors import BadInput
from schema.migrate import migrate
from schema.store import StoreBusy, StoreUnavailable
from schema.store.address import Embedded
from schema.store.embedded import HANDLES_MAX, EmbeddedStore

HOLDER = """
import sys
from pathlib import Path
from schema.store.embedded import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""

INSERTER = """
import os, sys, threading
from pathlib import Path
import polars as pl
from schema.store.embedded import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]))
def insert_for_ever(thread):
    for n in range(100_000):
        page = f"{thread} {n}"
        frame = pl.DataFrame({"card": ["c"] * 3, "page": [page] * 3, "seq": [0, 1, 2]})
        store.insert("events", frame, token=page)
        os.write(1, f"{page}\\n".encode())
for thread in sys.argv[2:]:
    threading.Thread(target=insert_for_ever, args=(thread,)).start()
"""

SECOND = """
import sys
from pathlib import Path
from schema.errors import BaliseError
from schema.store.embedded import EmbeddedStore
try:
    EmbeddedStore(Path(sys.argv[1]))
except BaliseError as error:
    print(type(error).__name__, error)
"""


def python(code, *arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data" / "events"


def migrated(folder):
    store = EmbeddedStore(folder)
    migrate(store, Embedded(folder))
    return store


def test_the_folder_is_made_and_keeps_what_was_stored(folder):
    store = EmbeddedStore(folder)
    store.run("CREATE TABLE t (n Int8) ENGINE = MergeTree ORDER BY n")
    store.run("INSERT INTO t VALUES (7)")
    store.close()

    again = EmbeddedStore(folder)
    assert again.rows("SELECT n FROM t") == [(7,)]
    again.close()


def test_a_token_is_remembered_after_reopening(folder):
    frame = pl.DataFrame({"card": ["c"], "page": ["p"]})
    for _ in range(2):
        store = migrated(folder)
        store.insert("events", frame, token="once")
        assert store.rows("SELECT count() FROM events") == [(1,)]
        store.close()


def test_a_second_process_is_told_in_one_sentence_that_the_store_is_busy(folder):
    with python(HOLDER, folder, stdin=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == "held\n"
        second = subprocess.run(
            [sys.executable, "-c", SECOND, str(folder)], capture_output=True, text=True
        )
        with pytest.raises(StoreBusy):
            EmbeddedStore(folder)
        holder.stdin.close()

    assert second.stdout.startswith(f"StoreBusy The event store chdb://{folder} is held by another")
    assert second.stdout.count("\n") == 1
    assert second.stderr == ""


def test_the_lock_of_a_killed_process_does_not_hold(folder):
    with python(HOLDER, folder, stdin=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == "held\n"
        holder.kill()

    EmbeddedStore(folder).close()


def test_one_process_may_open_a_folder_twice_but_not_two_folders(folder, tmp_path):
    first, second = EmbeddedStore(folder), EmbeddedStore(folder)

    with pytest.raises(StoreUnavailable, match="this process holds another one"):
        EmbeddedStore(tmp_path / "other")
    first.close()
    with pytest.raises(StoreUnavailable, match="this process holds another one"):
        EmbeddedStore(tmp_path / "other")
    assert second.rows("SELECT 1") == [(1,)]
    second.close()

    EmbeddedStore(tmp_path / "other").close()


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    file = tmp_path / "events"
    file.write_text("not a store")

    for path in (file, file / "below"):
        with pytest.raises(BadInput, match=f"chdb://{path} is not a folder"):
            EmbeddedStore(path)
    assert file.read_text() == "not a store"


def test_a_folder_that_cannot_be_made_is_named():
    path = Path("/proc/balise/events")

    with pytest.raises(BadInput, match=f"chdb://{path} cannot be made"):
        EmbeddedStore(path)


def test_a_folder_that_cannot_be_written_is_named():
    """Opened as nobody, because root may write anywhere; outside the test's own private folder."""
    become_nobody = "import os\nif os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        with python(SECOND.replace("try:", become_nobody + "try:"), folder) as told:
            assert told.stdout.read() == (
                f"BadInput The folder of the event store chdb://{folder} cannot be written; "
                "change its owner or its rights.\n"
            )


def test_a_damaged_folder_gives_one_sentence(folder):
    migrated(folder).close()
    for file in folder.rglob("*.sql"):
        file.write_bytes(b"\0 damaged")

    told = subprocess.run(
        [sys.executable, "-c", SECOND, str(folder)], capture_output=True, text=True
    )

    assert told.stdout.startswith("StoreUnavailable The event store")
    assert told.stdout.count("\n") == 1


def test_more_callers_than_handles_take_turns(folder):
    store = EmbeddedStore(folder)
    results = []

    def sleep_in_the_engine():
        results.append(store.rows("SELECT sleep(0.2)"))

    callers = [threading.Thread(target=sleep_in_the_engine) for _ in range(3 * HANDLES_MAX)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    store.close()

    assert results == [[(0,)]] * 3 * HANDLES_MAX


def test_closing_waits_for_the_calls_under_way_and_refuses_later_ones(folder):
    store = EmbeddedStore(folder)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(store.rows("SELECT 1, sleep(0.5)")))
    slow.start()
    while store._handles.qsize() == HANDLES_MAX:
        pass

    store.close()
    store.close()

    slow.join()
    assert answers == [[(1, 0)]]
    with pytest.raises(StoreUnavailable, match="has been closed"):
        store.rows("SELECT 1")


def test_an_insert_is_synced_to_the_disk_before_it_is_acknowledged(folder):
    """`kill -9` cannot show this; only the engine's own count of fsync can."""
    store = migrated(folder)
    store.run("CREATE TABLE unsafe AS events SETTINGS fsync_after_insert = 0")

    def syncs(table):
        def counted():
            sql = "SELECT event, value FROM system.events WHERE event LIKE '%Sync'"
            return dict(store.rows(sql))

        before = counted()
        store.insert(table, pl.DataFrame({"card": ["c"]}), token="synced")
        after = counted()
        return {event: after[event] - before.get(event, 0) for event in after}

    synced, unsynced = syncs("events"), syncs("unsafe")
    store.close()

    assert synced["FileSync"] > unsynced["FileSync"]
    assert synced["DirectorySync"] >= 1


@pytest.mark.parametrize("acknowledged_before_the_kill", [1, 25, 60])
def test_kill_9_loses_no_acknowledged_insert_and_doubles_none(folder, acknowledged_before_the_kill):
    migrated(folder).close()
    with python(INSERTER, folder, "a", "b") as inserter:
        acknowledged = [
            inserter.stdout.readline().strip() for _ in range(acknowledged_before_the_kill)
        ]
        inserter.send_signal(signal.SIGKILL)
        acknowledged += [line.strip() for line in inserter.stdout if line.endswith("\n")]

    store = EmbeddedStore(folder)
    count_sql = "SELECT page, count(), uniqExact(seq) FROM events GROUP BY page"
    stored = {page: counts for page, *counts in store.rows(count_sql)}
    assert [page for page in acknowledged if stored.get(page) != [3, 3]] == []
    assert set(map(tuple, stored.values())) == {(3, 3)}, "a batch is stored whole or not at all"

    # The shipper cannot know which of the last ones were stored: it sends them all again.
    for page in {*acknowledged, *stored, "a 99999"}:
        frame = pl.DataFrame({"card": ["c"] * 3, "page": [page] * 3, "seq": [0, 1, 2]})
        store.insert("events", frame, token=page)
    again = {page: counts for page, *counts in store.rows(count_sql)}
    store.close()
    assert again == {**stored, "a 99999": [3, 3]}


def test_dates_do_not_depend_on_the_machines_zone(folder):
    code = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from schema.store.embedded import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]))
noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
sql = "SELECT toDateTime('2026-11-20 12:00:00'), {at:DateTime('UTC')}, timezone()"
print(store.rows(sql, {"at": noon}) == [(noon, noon, "UTC")])
"""
    with python(code, folder, env={"TZ": "Pacific/Tahiti", "PYTHONPATH": str(Path.cwd())}) as told:
        assert told.stdout.read() == "True\n"
