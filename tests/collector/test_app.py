import gzip

import pytest

from schema.testing.events import body, envelope


def fetch(collector, accept_encoding="identity", **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return collector.client.get("/b.js", headers={"accept-encoding": accept_encoding} | given)


def test_the_script_is_served_to_every_site_with_a_short_cache(collector):
    answer = fetch(collector)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "max-age=600" in answer.headers["cache-control"]
    assert "immutable" not in answer.headers["cache-control"]
    assert answer.headers["access-control-allow-origin"] == "*"
    assert b"sendBeacon" in answer.content


def test_the_script_is_packed_for_those_who_can_unpack_it(collector):
    with collector.client.stream("GET", "/b.js", headers={"accept-encoding": "br, gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert gzip.decompress(packed) == fetch(collector).content


@pytest.mark.parametrize("accept_encoding", ["identity", "gzip"])
def test_an_unchanged_script_is_not_sent_again(collector, accept_encoding):
    first = fetch(collector, accept_encoding)
    again = fetch(collector, accept_encoding, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_a_tag_belongs_to_one_encoding(collector):
    plain, packed = fetch(collector), fetch(collector, "gzip")
    assert plain.headers["etag"] != packed.headers["etag"]


def test_a_living_collector_says_so(make_collector):
    collector = make_collector(bytes_max=1, check_store=lambda: "away")
    assert collector.client.get("/healthz").status_code == 200


def test_ready_means_that_spool_and_store_both_are(collector):
    answer = collector.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"spool": "ok", "store": "ok"})


def test_a_store_that_is_away_is_told_without_its_address(make_collector):
    collector = make_collector(check_store=lambda: "clickhouse://secret-host is away.")
    answer = collector.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"spool": "ok", "store": "failing"})


def test_a_full_spool_is_told(make_collector):
    collector = make_collector(bytes_max=1)
    assert collector.track(body(envelope(1))).status_code == 503
    answer = collector.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"spool": "failing", "store": "ok"})
