import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from schema.directory.database import Directory
from schema.directory.tables import metadata
from schema.directory.upgrade import NAMES, SCRIPTS, NewerSchema, pending, upgrade


def test_an_empty_database_gets_every_table_once(empty: Directory) -> None:
    assert pending(empty) == list(NAMES)
    assert upgrade(empty) == list(NAMES)
    assert pending(empty) == upgrade(empty) == []


def test_the_migrated_database_is_what_the_code_expects(empty: Directory) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    upgrade(empty)
    with empty.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        for name, table in metadata.tables.items():
            assert _checks(sa.inspect(conn), name) == {
                each.name for each in table.constraints if isinstance(each, sa.CheckConstraint)
            }


def _checks(inspector: sa.Inspector, table: str) -> set[str | None]:
    # Alembic does not compare these.
    return {each["name"] for each in inspector.get_check_constraints(table)}


def test_only_ops_lacks_an_account_whoever_writes_the_row(directory: Directory) -> None:
    row = (
        "INSERT INTO users (id, account, email, role, password_hash, locale, created_ms)"
        " VALUES ('u1', NULL, 'a@b.fr', 'owner', 'x', 'fr', 1)"
    )
    with pytest.raises(sa.exc.IntegrityError), directory.write() as conn:
        conn.execute(sa.text(row))


def test_a_newer_schema_is_refused_and_left_alone(empty: Directory) -> None:
    upgrade(empty)
    with empty.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9000'"))
    known = NAMES[-1].partition("_")[0]
    for attempt in (pending, upgrade):
        with pytest.raises(NewerSchema, match=f"schema 9000 and this Balise knows {known} at most"):
            attempt(empty)
    with empty.read() as conn:
        assert conn.scalar(sa.text("SELECT version_num FROM alembic_version")) == "9000"


def test_a_migration_that_fails_leaves_nothing_behind(empty: Directory) -> None:
    with empty.write() as conn:
        conn.execute(sa.text("CREATE TABLE cards (in_the_way INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError):
        upgrade(empty)
    with empty.read() as conn:
        assert sa.inspect(conn).get_table_names() == ["cards"]


UPGRADE = """
import sys
from schema.directory.database import open_directory
from schema.directory.upgrade import upgrade
directory = open_directory(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
print(upgrade(directory), "alembic" in sys.modules)
directory.close()
"""


def _process(dsn: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", UPGRADE, dsn],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_two_processes_one_upgrades_and_both_succeed(empty_dsn: str) -> None:
    # Both open the new database at once, too: that is when SQLite's file gets its WAL mode.
    with _process(empty_dsn) as first, _process(empty_dsn) as second:
        for each in (first, second):
            assert each.stdout.readline() == "ready\n"
        with ThreadPoolExecutor(2) as pool:
            said = [out for out, _ in pool.map(lambda p: p.communicate("go\n"), (first, second))]
    assert first.returncode == second.returncode == 0
    assert {line.rpartition(" ")[0] for line in said} == {"[]", str(list(NAMES))}


def test_a_current_schema_is_not_worth_importing_alembic(dsn: str) -> None:
    with _process(dsn) as process:
        said, _ = process.communicate("go\n")
    assert said == "ready\n[] False\n"


def test_scripts_follow_each_other_and_carry_their_number() -> None:
    from alembic.script import ScriptDirectory

    steps = list(ScriptDirectory(str(SCRIPTS)).walk_revisions())[::-1]
    assert [step.module.__name__.removesuffix("_py") for step in steps] == list(NAMES)
    assert [step.revision for step in steps] == [name[:4] for name in NAMES]
