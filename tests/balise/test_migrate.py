"""What is pending is shown and applied: once, whoever asks, and however many ask at once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from schema.directory import upgrade
from schema.directory.database import open_directory
from schema.directory.upgrade import NAMES
from schema.migrate import migrate, released
from schema.store.address import parse
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.clickhouse import ClickHouseDouble
from schema.testing.server import balise, running

EVERYTHING = {"directory": list(NAMES), "events": [str(each) for each in released()]}
NOTHING: dict[str, list[str]] = {"directory": [], "events": []}


def test_all_is_pending_where_nothing_was_made_and_looking_makes_nothing(
    shell, tmp_path: Path
) -> None:
    answer = shell("migrate", "--dry-run", "--json")
    assert answer.json == {"applied": False} | EVERYTHING
    assert not (tmp_path / "var").exists()


def test_what_is_pending_is_applied_once(shell) -> None:
    assert shell("migrate", "--json").json == {"applied": True} | EVERYTHING
    assert shell("migrate", "--json").json == {"applied": True} | NOTHING
    assert shell("migrate", "--dry-run").out == "Nothing to do: both stores are up to date.\n"


def test_a_person_reads_one_line_per_step(shell) -> None:
    lines = shell("migrate").out.splitlines()
    assert lines[0] == f"directory: {NAMES[0]} applied"
    assert lines[-1] == f"events: {released()[-1]} applied"


def test_a_server_refuses_an_older_store_until_it_is_migrated(shell, tmp_path: Path) -> None:
    data = tmp_path / "var"
    dsn = f"chdb:///{data}/events"
    with closing(open_store(dsn)) as store:
        migrate(store, parse(dsn), released()[:1])

    refused = balise(data, "serve")
    assert refused.returncode == 1
    assert "needs 0002 rollups" in refused.stderr
    assert "back it up with that one, then run `balise migrate`" in refused.stderr
    assert shell("migrate", "--json").json["events"][0] == "0002 rollups"
    with running(data, "serve") as server:
        assert server.stop() == 0


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_newer_directory_is_left_alone(shell, tmp_path: Path, dry_run: bool) -> None:
    prepared.installation(tmp_path / "var")
    with closing(sqlite3.connect(tmp_path / "var" / "balise.db")) as tables, tables:
        tables.execute("UPDATE alembic_version SET version_num = '9999'")
    answer = shell("migrate", *["--dry-run"] if dry_run else [])
    assert (answer.code, answer.out) == (1, "")
    assert "install the newer version of Balise" in answer.err


def test_a_running_server_answers_for_its_store(tmp_path: Path) -> None:
    prepared.installation(tmp_path / "var")
    with running(tmp_path / "var", "serve") as server:
        answer = server.run("migrate", "--json")
    assert orjson.loads(answer.stdout) == {"applied": True} | NOTHING


def test_several_at_once_end_well_and_leave_one_list(tmp_path: Path) -> None:
    """They take turns at the engine, and none waits for longer than ten seconds: so that a loaded
    machine is quick enough, one step is left to do. A server's store is made by all of them."""
    data = tmp_path / "var"
    dsn = f"chdb:///{data}/events"
    with closing(open_store(dsn)) as store:
        migrate(store, parse(dsn), released()[:-1])
    at_once(data)
    with closing(open_store(f"chdb:///{data}/events")) as store:
        assert once_each(store)


def test_several_at_once_end_well_on_a_server_too(tmp_path: Path) -> None:
    data = tmp_path / "var"
    with ClickHouseDouble(tmp_path / "double") as double:
        at_once(data, clickhouse=double.dsn)
        with closing(open_store(double.dsn)) as store:
            assert once_each(store)


def at_once(data: Path, **settings: str) -> None:
    with ThreadPoolExecutor() as threads:
        runs = [threads.submit(balise, data, "migrate", **settings) for _ in range(3)]
    assert [(run.result().returncode, run.result().stderr) for run in runs] == [(0, "")] * 3
    with closing(open_directory(f"sqlite:///{data}/balise.db")) as directory:
        assert upgrade.pending(directory) == []


def once_each(store) -> bool:
    applied = store.rows("SELECT version FROM migrations ORDER BY version")
    return applied == [(each.version,) for each in released()]
