from concurrent.futures import ThreadPoolExecutor

import pytest

from schema.errors import BadInput
from schema.settings import load
from schema.store import StoreBusy, StoreMissing
from schema.store.embedded import EmbeddedStore
from schema.store.opening import open_store, reach_store
from schema.store.server import ServerStore
from schema.testing.clickhouse import ClickHouseDouble


def settings(data, **given):
    return load({"BALISE_DATA": str(data), **given}, data)


def test_the_address_of_the_settings_opens_the_embedded_store(tmp_path):
    store = open_store(settings(tmp_path).clickhouse)

    assert isinstance(store, EmbeddedStore)
    assert store.path == tmp_path / "events"
    store.close()


def test_the_address_of_a_server_opens_the_server(tmp_path):
    with ClickHouseDouble(tmp_path / "events") as double:
        for opened in (
            open_store(double.dsn),
            reach_store(settings(tmp_path, BALISE_CLICKHOUSE=double.dsn)),
        ):
            assert isinstance(opened, ServerStore)
            assert opened.rows("SELECT 1") == [(1,)]
            opened.close()


def test_a_wrong_address_is_refused(tmp_path):
    with pytest.raises(BadInput):
        open_store("chdb://memory")


def test_a_command_opens_the_store_itself_when_no_server_runs(tmp_path):
    store = reach_store(settings(tmp_path))

    assert isinstance(store, EmbeddedStore)
    store.close()


def test_a_command_goes_through_a_running_server(tmp_path, serving):
    with serving(tmp_path):
        store = reach_store(settings(tmp_path))

        assert isinstance(store, ServerStore)
        assert store.rows("SELECT count() FROM load") == [(0,)]
        store.close()
        with pytest.raises(StoreBusy):
            open_store(settings(tmp_path).clickhouse)


def test_a_command_opens_the_store_itself_after_a_server_was_killed(tmp_path, serving):
    with serving(tmp_path) as server:
        server.kill()
    assert (tmp_path / "control.sock").exists()

    store = reach_store(settings(tmp_path))

    assert isinstance(store, EmbeddedStore)
    store.close()


def test_a_holder_that_is_no_server_is_told(tmp_path, serving):
    with serving(tmp_path):
        (tmp_path / "control.sock").unlink()

        with pytest.raises(StoreBusy, match="held by another process"):
            reach_store(settings(tmp_path), patience_s=0)


def test_a_command_waits_for_another_one_to_give_the_store_back(tmp_path, serving):
    with serving(tmp_path) as server, ThreadPoolExecutor() as thread:
        (tmp_path / "control.sock").unlink()
        waiting = thread.submit(reach_store, settings(tmp_path))
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        server.kill()
        store = waiting.result()

    assert isinstance(store, EmbeddedStore)
    store.close()


def test_a_store_that_nobody_made_is_missing_and_is_not_made_by_looking(tmp_path):
    with pytest.raises(StoreMissing, match="run `balise init`"):
        reach_store(settings(tmp_path), create=False)
    with ClickHouseDouble(tmp_path / "double") as double:
        for _ in range(2):
            with pytest.raises(StoreMissing, match="run `balise init`"):
                open_store(double.dsn, create=False)

    assert not (tmp_path / "events").exists()
