from contextlib import closing
from datetime import date

import pytest
import sqlalchemy as sa

from schema.directory import audit, copy, leases, runs, salts, sessions
from schema.directory.database import Directory, open_directory
from schema.directory.tables import metadata
from schema.directory.upgrade import NAMES, pending, upgrade
from schema.directory.users import User
from schema.errors import BaliseError

NOW_MS = 1_763_640_000_000


@pytest.fixture
def filled(directory: Directory, user: User) -> Directory:
    with directory.write() as conn:
        runs.finish(
            conn, runs.start(conn, "roll", 1), now_ms=2, rows=None, error='L\'été, \u2028 "x"'
        )
        runs.note(conn, runs.start(conn, "import", 3), {"files": ["a"], "n": 1.5})
        salts.of_date(conn, date(2026, 11, 20), NOW_MS)
        audit.record(conn, actor="shell", action="user.create", subject=user.id, now_ms=NOW_MS)
        leases.take(conn, "x", "y", NOW_MS, 1_000)
        sessions.start(conn, user.id, NOW_MS)
    return directory


def test_every_row_comes_back_in_tables_of_either_kind(
    filled: Directory, empty_dsn: str, tmp_path: object
) -> None:
    dumped = copy.dump(filled)
    assert {"accounts": 1, "users": 1, "runs": 2, "salts": 1, "audit": 1}.items() <= {
        name: copy.count(lines) for name, lines in dumped.items()
    }.items()
    for dsn in (empty_dsn.replace("balise.db", "same.db"), f"sqlite:///{tmp_path}/other.db"):
        with closing(open_directory(dsn)) as target:
            copy.make_tables(target, copy.revision(filled))
            rows = copy.load(target, dumped)
            assert copy.dump(target) == dumped
            assert rows == {name: copy.count(lines) for name, lines in dumped.items()}
            with target.write() as conn:
                assert runs.start(conn, "roll", 4) > 2
                audit.record(conn, actor="a", action="b", subject="c", now_ms=1)


def test_leases_and_sessions_stay_behind(filled: Directory) -> None:
    assert not {"leases", "sessions", "alembic_version"} & copy.dump(filled).keys()


def test_tables_that_hold_something_are_refused(filled: Directory) -> None:
    with pytest.raises(BaliseError, match="is not empty"):
        copy.make_tables(filled, copy.revision(filled))


def test_tables_of_a_later_time_than_ours_are_refused(empty_dsn: str) -> None:
    with (
        closing(open_directory(empty_dsn)) as target,
        pytest.raises(BaliseError, match="directory schema 9999"),
    ):
        copy.make_tables(target, "9999")


def test_rows_of_an_older_balise_go_into_tables_of_their_time_and_are_migrated(
    empty_dsn: str,
) -> None:
    lines = b'["id","name","tier","locale","created_ms"]\n["a1","Dupont","premium","fr",5]\n'
    with closing(open_directory(empty_dsn)) as target:
        copy.make_tables(target, "0001")
        assert pending(target) == list(NAMES[1:])
        assert copy.load(target, {"accounts": lines})["accounts"] == 1
        assert upgrade(target) == list(NAMES[1:])
        with target.read() as conn:
            assert conn.scalar(sa.text("SELECT name FROM accounts")) == "Dupont"


def test_every_kind_of_column_can_be_copied() -> None:
    known = (sa.String, sa.Integer, sa.Date, sa.LargeBinary, sa.JSON, sa.Boolean, sa.Float)
    unknown = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if not isinstance(column.type, known)
    }
    assert unknown == set()
