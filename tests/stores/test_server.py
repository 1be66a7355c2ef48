"""What only a server has: a wire that fails in many ways."""

import time
from threading import Thread

import polars as pl
import pytest

from schema.migrate import migrate
from schema.store import StoreUnavailable
from schema.store.address import parse
from schema.store.opening import open_store
from schema.store.server import CONNECT_TIMEOUT_S
from schema.testing.clickhouse import PASSWORD, SLOW_S, ClickHouseDouble

ROW = pl.DataFrame({"card": ["c"], "page": ["p"]})


@pytest.fixture(scope="module")
def double(tmp_path_factory):
    with ClickHouseDouble(tmp_path_factory.mktemp("double")) as double:
        yield double


@pytest.fixture
def store(double):
    store = open_store(double.dsn)
    migrate(store, parse(double.dsn))
    store.run("TRUNCATE TABLE events")
    yield store
    store.close()


def count(store):
    return store.rows("SELECT count() FROM events")[0][0]


def refused(call, words):
    with pytest.raises(StoreUnavailable, match=words) as error:
        call()
    assert PASSWORD not in str(error.value)
    assert "\n" not in str(error.value)


def test_the_database_is_made_when_it_is_missing(double):
    dsn = double.dsn.removesuffix("/balise") + "/another"
    store = open_store(dsn)

    assert store.rows("SELECT currentDatabase()") == [("another",)]
    store.close()


def test_a_refused_connection_fails_at_once_and_works_again_when_the_server_is_back(double, store):
    store.insert("events", ROW, token="before")
    double.stop()
    start = time.monotonic()

    refused(lambda: store.insert("events", ROW, token="during"), "Connection refused")
    refused(lambda: open_store(double.dsn), "Connection refused")
    assert time.monotonic() - start < 1

    double.start()
    store.insert("events", ROW, token="during")
    assert count(store) == 2


def test_a_killed_server_has_what_it_acknowledged(double, store):
    store.insert("events", ROW, token="kept")
    double.kill()
    double.start()

    assert count(store) == 1


def test_a_machine_that_does_not_answer_is_given_up_quickly():
    start = time.monotonic()

    # TEST-NET-1: routed nowhere; some networks refuse it at once.
    refused(lambda: open_store("clickhouse://anne:pw@192.0.2.1:8123/balise"), "does not answer")

    assert time.monotonic() - start < 3 * CONNECT_TIMEOUT_S


def test_an_unknown_host_is_told():
    refused(lambda: open_store("clickhouse://anne:pw@no-such-host.invalid/balise"), "no-such-host")


def test_a_wrong_password_is_told_and_blames_no_row(double):
    dsn = double.dsn.replace(PASSWORD, "wrong-pw")

    with pytest.raises(StoreUnavailable, match="Authentication failed") as error:
        open_store(dsn)
    assert "wrong-pw" not in str(error.value)


def test_a_server_that_is_something_else_is_told(double):
    dsn = double.dsn.replace("clickhouse:", "clickhouses:")

    refused(lambda: open_store(dsn), "does not answer")


@pytest.mark.parametrize("fault", ["error", "busy", "cut", "lost"])
def test_a_question_that_failed_on_the_way_can_be_asked_again(double, store, fault):
    double.fail(fault)

    refused(lambda: store.rows("SELECT 1"), "event store")
    assert store.rows("SELECT 1") == [(1,)]


@pytest.mark.parametrize("fault", ["error", "busy"])
def test_an_insert_that_was_not_done_is_done_the_second_time(double, store, fault):
    double.fail(fault, on="INSERT")

    refused(lambda: store.insert("events", ROW, token=fault), "event store")
    assert count(store) == 0
    store.insert("events", ROW, token=fault)
    assert count(store) == 1


@pytest.mark.parametrize("fault", ["lost", "cut"])
def test_an_insert_that_was_done_but_not_answered_is_stored_once(double, store, fault):
    double.fail(fault, on="INSERT")

    refused(lambda: store.insert("events", ROW, token=fault), "event store")
    assert count(store) == 1
    store.insert("events", ROW, token=fault)
    assert count(store) == 1


def test_a_slow_answer_does_not_hold_the_others_up(double, store):
    double.fail("slow", on="SELECT 'slow'")
    answers = []
    slow = Thread(target=lambda: answers.append(store.rows("SELECT 'slow'")))
    slow.start()
    start = time.monotonic()

    while time.monotonic() - start < SLOW_S / 2:
        assert store.rows("SELECT 1") == [(1,)]
    assert answers == []

    slow.join()
    assert answers == [[("slow",)]]


def test_a_closed_store_says_so(double):
    store = open_store(double.dsn)
    store.close()

    refused(lambda: store.rows("SELECT 1"), "has been closed")


def test_nothing_is_logged_of_what_is_told_in_a_sentence(double, store, caplog):
    double.fail("cut")
    refused(lambda: store.rows("SELECT 1"), "event store")

    assert caplog.records == []
