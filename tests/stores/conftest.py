"""Stores of all three kinds. The helpers' processes live in Tahiti: no answer may depend on it."""

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from schema.store.control import through_control
from schema.store.embedded import EmbeddedStore
from schema.store.opening import open_store
from schema.testing.clickhouse import ClickHouseDouble

SERVING = Path(__file__).with_name("serving.py")


@contextmanager
def _serving(data, threads=0):
    """`serving.py` over a data folder; yields the process, and ends it when the block does not."""
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(SERVING), str(data), str(threads)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


@contextmanager
def opened(kind, folder):
    if kind == "embedded":
        store = EmbeddedStore(folder / "events")
        yield store
        store.close()
    elif kind == "server":
        with ClickHouseDouble(folder / "events") as double:
            store = open_store(double.dsn)
            yield store
            store.close()
    else:
        with _serving(folder):
            store = through_control(folder / "control.sock")
            yield store
            store.close()


@pytest.fixture(scope="module", params=["embedded", "server", "control"])
def store(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("TZ", "Pacific/Tahiti")
        with opened(request.param, tmp_path_factory.mktemp(request.param)) as store:
            yield store


@pytest.fixture
def serving():
    return _serving
