"""A wrong method on a cold route is told as such, whatever is mounted behind the collector."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from collector import script

BEHIND = Mount("/", app=Starlette())


@pytest.fixture
def collector(make_collector):
    return make_collector(pages=[BEHIND])


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/q/nobody99", {"GET", "HEAD"}),
        ("/objection", {"GET", "HEAD", "POST"}),
        (script.PLAIN_PATH, {"GET", "HEAD"}),
        (script.hashed_path(), {"GET", "HEAD"}),
        ("/healthz", {"GET", "HEAD"}),
        ("/readyz", {"GET", "HEAD"}),
    ],
)
def test_only_its_methods_are_answered_and_the_others_are_named(collector, path, allowed):
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = collector.client.request(method, path)
        if method in allowed:
            assert answer.status_code != 405
        else:
            assert answer.status_code == 405
            assert set(answer.headers["allow"].split(", ")) == allowed


def test_what_is_mounted_behind_is_still_reached(collector):
    assert collector.client.get("/nothing").status_code == 404
