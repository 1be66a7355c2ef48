"""The control socket: private, replaced when stale, and right under load."""

import asyncio
import os
import socket
import stat
import threading
from contextlib import suppress

import polars as pl
import pytest

from schema.errors import BadInput
from schema.store import StoreBusy, StoreUnavailable
from schema.store.control import (
    ADDRESS_BYTES_MAX,
    answers,
    listening,
    serve_control,
    through_control,
)
from schema.store.embedded import EmbeddedStore
from schema.store.http import clickhouse_app
from schema.testing.loop import run


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_socket_is_never_open_to_others(tmp_path):
    path = tmp_path / "control.sock"
    seen, ending = set(), threading.Event()

    def watch():
        while not ending.is_set():
            with suppress(FileNotFoundError):
                seen.add(mode(path))

    watcher = threading.Thread(target=watch)
    watcher.start()
    before = os.umask(0)
    try:
        for _ in range(200):
            with listening(path):
                pass
    finally:
        os.umask(before)
        ending.set()
        watcher.join()

    assert seen == {0o600}
    assert list(tmp_path.iterdir()) == []


def test_the_socket_of_a_killed_server_is_replaced(tmp_path):
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert not answers(path)

    with listening(path):
        assert answers(path)
    assert not path.exists()


def test_the_socket_of_a_living_server_is_not_taken(tmp_path):
    path = tmp_path / "control.sock"
    with listening(path):
        with (
            pytest.raises(StoreBusy, match=f"Another running server answers on {path}"),
            listening(path),
        ):
            pass
        assert answers(path)


@pytest.mark.parametrize("bytes_", [ADDRESS_BYTES_MAX, ADDRESS_BYTES_MAX + 20, 900])
def test_a_deep_data_folder_is_reached_from_both_sides(tmp_path, bytes_):
    folder = tmp_path / "é" / "d"
    while len(os.fsencode(folder / "control.sock")) < bytes_:
        folder = folder.with_name(folder.name + "d")
        if len(folder.name) > 100:
            folder = folder / "d"
    folder.mkdir(parents=True)
    path = folder / "control.sock"
    data = EmbeddedStore(tmp_path / "events")

    async def serve():
        async with serve_control(path, clickhouse_app(data.path)):
            assert mode(path) == 0o600
            return await asyncio.to_thread(ask)

    def ask():
        store = through_control(path)
        rows = store.rows("SELECT 1")
        store.close()
        return rows

    assert run(serve()) == [(1,)]
    assert not path.exists()
    data.close()


def test_a_system_without_proc_is_told_to_shorten_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("schema.store.control.DESCRIPTORS", tmp_path / "absent")

    with pytest.raises(BadInput, match="choose a shorter data folder"):
        answers(tmp_path / ("d" * 120) / "control.sock")


def test_a_socket_without_a_server_is_told_in_a_sentence(tmp_path):
    with pytest.raises(StoreUnavailable, match=r"No such file or directory\); check"):
        through_control(tmp_path / "control.sock")


def test_commands_are_served_while_the_server_is_under_load(tmp_path, serving):
    """Four threads of the server insert and ask; four of ours go through the socket."""
    inserts, ours = 25, 4
    with serving(tmp_path, threads=4) as server:
        store = through_control(tmp_path / "control.sock")

        def work(number):
            for n in range(inserts):
                frame = pl.DataFrame({"thread": [100 + number], "n": [n]})
                store.insert("load", frame, token=f"ours {number} {n}")
                sql = "SELECT count(), uniqExact(n) FROM load WHERE thread = {t:UInt8}"
                answers_to[number].append(store.rows(sql, {"t": 100 + number}))

        answers_to = [[] for _ in range(ours)]
        workers = [threading.Thread(target=work, args=(number,)) for number in range(ours)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert answers_to == [[[(n, n)] for n in range(1, inserts + 1)]] * ours
        store.close()
        server.terminate()
        theirs = int(server.stdout.readline())

    assert server.returncode == 0
    assert not (tmp_path / "control.sock").exists()
    data = EmbeddedStore(tmp_path / "events")
    sql = "SELECT thread >= 100, count(), uniqExact(thread, n) FROM load GROUP BY 1 ORDER BY 1"
    assert data.rows(sql) == [(0, theirs, theirs), (1, ours * inserts, ours * inserts)]
    assert theirs > 0
    data.close()


def test_the_client_is_told_when_the_server_ends(tmp_path, serving):
    with serving(tmp_path) as server:
        store = through_control(tmp_path / "control.sock")
        server.kill()
        server.wait()

        with pytest.raises(StoreUnavailable, match="Connection refused"):
            store.rows("SELECT 1")
        store.close()
    assert (tmp_path / "control.sock").exists(), "a killed server leaves its socket behind"
    assert not answers(tmp_path / "control.sock")
