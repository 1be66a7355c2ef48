import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from schema.errors import BaliseError
from schema.migrate import Migration, migrate, pending, released
from schema.store import StoreUnavailable
from schema.store.address import parse
from schema.store.opening import open_store
from schema.testing.clickhouse import ClickHouseDouble

ALL = [str(each) for each in released()]
NAMES = [each.name for each in released()]
TABLES = sorted(
    [
        "card_days",
        "card_dims",
        "card_hours",
        "events",
        "ledger",
        "migrations",
        "quarantine",
        "visits",
    ]
)

MIGRATE = """
import sys
from schema.errors import BaliseError
from schema.migrate import migrate
from schema.store.address import parse
from schema.store.opening import open_store
try:
    store = open_store(sys.argv[1])
except BaliseError as error:
    print(type(error).__name__, flush=True)
    sys.exit()
print("opened", flush=True)
sys.stdin.read()
print(migrate(store, parse(sys.argv[1])))
"""

NEXT = Migration(
    len(released()) + 1,
    "more",
    "ALTER TABLE card_days ADD COLUMN IF NOT EXISTS more UInt8 DEFAULT 7;",
)


@pytest.fixture
def dsn(tmp_path):
    return f"chdb:///{tmp_path}/events"


@pytest.fixture
def store(dsn):
    store = open_store(dsn)
    yield store
    store.close()


@pytest.fixture
def address(dsn):
    return parse(dsn)


def tables(store):
    return [name for (name,) in store.rows("SHOW TABLES")]


def written_down(store):
    return store.rows("SELECT version, name, checksum FROM migrations ORDER BY version")


def test_an_empty_store_gets_every_table_once(store, address):
    assert pending(store, address) == ALL
    assert tables(store) == [], "asking changes nothing"

    assert migrate(store, address) == ALL

    assert tables(store) == TABLES
    assert pending(store, address) == []
    assert migrate(store, address) == []
    assert written_down(store) == [(each.version, each.name, each.checksum) for each in released()]


def test_files_are_numbered_without_gaps():
    assert [each.version for each in released()] == list(range(1, len(released()) + 1))


def test_a_newer_file_is_applied_to_a_store_with_data(store, address):
    migrate(store, address)
    store.run("INSERT INTO card_days (card) VALUES ('c')")

    assert pending(store, address, (*released(), NEXT)) == [str(NEXT)]
    assert migrate(store, address, (*released(), NEXT)) == [str(NEXT)]

    assert store.rows("SELECT card, more FROM card_days") == [("c", 7)]


def test_days_from_before_clicks_were_counted_in_visits_have_those_with_a_contact(store, address):
    migrate(store, address, released()[:4])
    store.run("INSERT INTO card_days (card, visits, contact_visits) VALUES ('c', 9, 3)")

    migrate(store, address)

    assert store.rows("SELECT visits, click_visits FROM card_days") == [(9, 3)]


def test_a_store_that_is_newer_than_the_program_is_refused_and_not_touched(store, address):
    migrate(store, address, (*released(), NEXT))
    before = written_down(store)

    for call in (pending, migrate):
        with pytest.raises(BaliseError) as refused:
            call(store, address)
        assert str(refused.value) == (
            f"The event store {store.label} is at version {NEXT.version}, but this program only "
            f"knows {len(ALL)}; install the newer Balise that wrote it."
        )
    assert written_down(store) == before


def test_a_file_that_was_changed_after_its_release_is_refused(store, address):
    migrate(store, address)
    first, *others = released()
    changed = replace(first, sql=first.sql + "-- one more word\n")

    for call in (pending, migrate):
        with pytest.raises(BaliseError, match="The migration 0001 events is not the file"):
            call(store, address, (changed, *others))


def test_a_migration_that_was_interrupted_is_completed(store, address):
    """Killed after the first table of the second file: nothing of it was written down."""
    first, second, *_ = released()
    migrate(store, address, (first,))
    store.run(second.sql.split(";")[0])
    assert tables(store) == ["card_days", "events", "migrations"]

    assert migrate(store, address) == ALL[1:]
    assert tables(store) == TABLES


def test_two_processes_on_the_embedded_store_take_turns_by_the_engines_lock(dsn):
    answers = in_two_processes(dsn)

    assert sorted(answers) == sorted([f"opened\n{ALL}\n", "StoreBusy\n"])


def test_two_processes_on_a_server_end_with_one_list(tmp_path):
    with ClickHouseDouble(tmp_path / "events") as double:
        answers = in_two_processes(double.dsn)
        store = open_store(double.dsn)
        assert set(answers) <= {f"opened\n{applied}\n" for applied in (ALL, ALL[1:], [])}
        assert f"opened\n{ALL}\n" in answers
        assert tables(store) == TABLES
        assert [name for _, name, _ in written_down(store)] == NAMES
        store.close()


def test_many_at_once_end_with_one_list(store, address):
    """The same race, ten times and much closer."""
    for _ in range(10):
        for table in tables(store):
            store.run(f"DROP TABLE {table} SYNC")
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: migrate(store, address), range(4)))
        assert [name for _, name, _ in written_down(store)] == NAMES


def test_a_server_that_fails_on_the_way_is_migrated_by_the_next_try(tmp_path):
    with ClickHouseDouble(tmp_path / "events") as double:
        store, address = open_store(double.dsn), parse(double.dsn)
        double.fail("lost", on="CREATE TABLE IF NOT EXISTS card_days")
        with pytest.raises(StoreUnavailable):
            migrate(store, address)

        assert migrate(store, address) == ALL[1:]
        assert [name for _, name, _ in written_down(store)] == NAMES
        store.close()


def in_two_processes(dsn):
    """Both open the store, and when both have, they migrate; what each of them printed."""
    command = [sys.executable, "-c", MIGRATE, dsn]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as two:
        opened = [process.stdout.readline() for process in (one, two)]
        with ThreadPoolExecutor(2) as pool:
            rest = list(pool.map(lambda process: process.communicate()[0], (one, two)))
    return [first + more for first, more in zip(opened, rest, strict=True)]
