"""What watchdogs read from a running server."""

import dataclasses
import json
import urllib.error
import urllib.request

import pytest

from balise import parts
from schema.testing import prepared
from schema.testing.server import running


def fetch(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("metrics") / "var"
    prepared.installation(data)
    with running(data, "serve") as server:
        yield server


def test_a_server_that_ships_tells_of_spool_store_and_totals(server):
    refused = urllib.request.Request(f"{server.origin}/api/track", b"{}", method="POST")
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(refused)
    told.value.close()
    for _ in range(100):
        status, page = fetch(f"{server.origin}/metrics")
        if "media_type" in page or "malformed" in page:
            break
    assert status == 200
    assert "balise_store_up 1" in page
    assert "balise_spool_events 0" in page
    assert 'balise_events_total{outcome="' in page


def test_ready_tells_of_disk_spool_and_store_apart(server):
    status, told = fetch(f"{server.origin}/readyz")
    assert (status, json.loads(told)) == (200, {"spool": "ok", "disk": "ok", "store": "ok"})


def test_a_collector_tells_only_of_what_it_has(tmp_path):
    prepared.installation(tmp_path / "var")
    with running(tmp_path / "var", "collect") as server:
        assert json.loads(fetch(f"{server.origin}/readyz")[1]) == {"spool": "ok", "disk": "ok"}
        status, page = fetch(f"{server.origin}/metrics")
    assert status == 200
    assert "balise_store_up" not in page


def test_a_disk_without_room_is_told(settings):
    settings.data.mkdir()
    assert parts.lack_of_disk(settings) == ""
    full = dataclasses.replace(settings, free_bytes_min=2**62)
    assert "bytes free; make room." in parts.lack_of_disk(full)
