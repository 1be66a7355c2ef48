import os
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from schema.directory import accounts, database, leases, runs
from schema.directory.database import Directory, open_directory
from schema.errors import BadInput, Unavailable
from schema.testing import prepared
from schema.testing.postgres import Postgres

NOBODY = 65_534


def _pragma(directory: Directory, name: str) -> object:
    with directory.read() as conn:
        return conn.scalar(sa.text(f"PRAGMA {name}"))


def test_a_write_is_whole_or_nothing(directory: Directory) -> None:
    def start_and_fail() -> None:
        with directory.write() as conn:
            runs.start(conn, "rollup", 1)
            accounts.delete(conn, "nobody")

    with pytest.raises(BadInput):
        start_and_fail()
    with directory.read() as conn:
        assert runs.latest(conn) == []


def test_a_read_cannot_write(directory: Directory) -> None:
    with pytest.raises((Unavailable, sa.exc.DBAPIError)), directory.read() as conn:
        runs.start(conn, "rollup", 1)
    with directory.write() as conn:
        assert runs.latest(conn) == []


def test_a_read_sees_one_instant(directory: Directory) -> None:
    with directory.read() as reader:
        assert runs.latest(reader) == []
        with directory.write() as writer:
            runs.start(writer, "rollup", 1)
        assert runs.latest(reader) == []
    with directory.read() as reader:
        assert len(runs.latest(reader)) == 1


def test_writers_from_many_threads_wait_for_each_other(empty: Directory) -> None:
    with empty.write() as conn:
        conn.execute(sa.text("CREATE TABLE counted (n INTEGER NOT NULL)"))
        conn.execute(sa.text("INSERT INTO counted VALUES (0)"))

    def count() -> None:
        for _ in range(25):
            with empty.write() as conn:
                conn.execute(sa.text("UPDATE counted SET n = n + 1"))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with empty.read() as conn:
        assert conn.scalar(sa.text("SELECT n FROM counted")) == 200


def test_sqlite_is_set_for_durability(tmp_path: Path) -> None:
    directory = open_directory(f"sqlite:///{tmp_path}/balise.db")
    assert _pragma(directory, "journal_mode") == "wal"
    assert _pragma(directory, "synchronous") == 2  # FULL
    assert _pragma(directory, "foreign_keys") == 1
    assert _pragma(directory, "busy_timeout") == 10_000
    assert _pragma(directory, "secure_delete") == 1
    directory.close()


def test_only_the_owner_may_read_the_files_of_sqlite(tmp_path: Path) -> None:
    directory = open_directory(f"sqlite:///{tmp_path}/balise.db")
    with directory.write() as conn:
        conn.execute(sa.text("CREATE TABLE any_table (n INTEGER)"))
    modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    assert modes == {"balise.db": 0o600, "balise.db-wal": 0o600, "balise.db-shm": 0o600}
    directory.close()


def test_a_busy_directory_is_said_to_be_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    directory = open_directory(prepared.directory(tmp_path))
    other = sqlite3.connect(tmp_path / "balise.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    busy = pytest.raises(Unavailable, match="is busy with another write; try again")
    with busy, directory.write() as conn:
        leases.take(conn, "a", "b", 1, 1)
    other.close()
    with directory.write() as conn:
        assert leases.take(conn, "a", "b", 1, 1)
    directory.close()


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "balise.db").write_text("not a database at all " * 100)
    with pytest.raises(BadInput, match=r"balise\.db is a file of another kind"):
        open_directory(f"sqlite:///{tmp_path}/balise.db")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder; it must be a file"):
        open_directory(f"sqlite:///{tmp_path}")


def test_a_missing_folder_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="deep does not exist; create it, or run `balise init`"):
        open_directory(f"sqlite:///{tmp_path}/deep/balise.db")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_not_made_unless_wanted(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"There is no directory at .*; run `balise init`"):
        open_directory(f"sqlite:///{tmp_path}/balise.db", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dsn", ["sqlite://", "sqlite:///:memory:"])
def test_an_address_without_a_file_is_refused(dsn: str) -> None:
    with pytest.raises(BadInput, match="names no file"):
        open_directory(dsn)


def test_nonsense_is_refused_without_its_password() -> None:
    with pytest.raises(BadInput, match="cannot be read; use an address such as") as told:
        open_directory("postgresql+psycopg://me:hush@host:port/balise")
    assert "hush" not in str(told.value)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder with a directory in it that this process may read and not write."""
    with tempfile.TemporaryDirectory(prefix="balise-closed-", dir="/tmp") as name:
        folder = Path(name)
        sqlite3.connect(folder / "balise.db").close()
        (folder / "balise.db").chmod(0o444)
        folder.chmod(0o555)
        was = os.geteuid()
        if was == 0:  # root may write anywhere
            os.seteuid(NOBODY)
        yield folder
        os.seteuid(was)
        folder.chmod(0o755)


@pytest.mark.parametrize("name", ["balise.db", "new.db"])
def test_a_read_only_folder_is_said_to_be_so(closed_folder: Path, name: str) -> None:
    with pytest.raises(Unavailable, match=f"{name} cannot be (written|opened); check its"):
        open_directory(f"sqlite:///{closed_folder}/{name}")


def test_an_absent_server_is_said_to_be_absent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match=r"cannot be used: connection failed: .*refused") as told:
        open_directory(f"postgresql+psycopg://me:hush@127.0.0.1:{port}/balise")
    assert "me:***@" in str(told.value)
    assert "hush" not in str(told.value)


def test_a_database_that_the_server_lacks_is_named(postgres: Postgres) -> None:
    with pytest.raises(Unavailable, match='database "nowhere" does not exist'):
        open_directory(postgres.dsn("nowhere"))


def test_a_server_that_dropped_its_connections_is_reached_again(postgres: Postgres) -> None:
    name = postgres.create_database()
    directory = open_directory(postgres.dsn(name))  # leaves a connection for the next read
    _end_connections(postgres, name)
    with directory.read() as conn:
        assert conn.scalar(sa.text("SELECT 1")) == 1
    directory.close()
    postgres.drop_database(name)


def test_a_server_that_stops_in_the_midst_is_said_to_be_away(postgres: Postgres) -> None:
    name = postgres.create_database()
    directory = open_directory(postgres.dsn(name))

    def read_on() -> None:
        with directory.read() as conn:
            conn.scalar(sa.text("SELECT 1"))
            _end_connections(postgres, name)
            conn.scalar(sa.text("SELECT 1"))

    with pytest.raises(Unavailable, match=f"{name}.* cannot be used: terminating connection"):
        read_on()
    directory.close()
    postgres.drop_database(name)


def _end_connections(postgres: Postgres, name: str) -> None:
    killer = open_directory(postgres.dsn("postgres"))
    with killer.read() as conn:
        ended = conn.execute(
            sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        ).all()
    killer.close()
    assert ended
