"""The hot path as callers see it: over a real socket, with the spool read back from the disk."""

import socket
from functools import partial
from ipaddress import ip_network

import pytest

from collector import admission
from schema.testing.events import CARD, NOW_MS, body, envelope

ADDRESS = "203.0.113.77"


@pytest.fixture(params=[True, False], ids=["short way", "asgi"])
def make_collector(request, make_collector):
    """Both ways of the hot path say the same."""
    return partial(make_collector, short_way=request.param)


@pytest.fixture
def collector(make_collector):
    return make_collector()


TODAY_IN_REUNION = "2026-11-20"


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    return told["type"].removeprefix("urn:balise:problem:")


def test_an_acknowledged_event_is_on_the_disk(collector):
    answer = collector.track(body(envelope(1, medium="qr")))
    assert (answer.status_code, answer.content) == (204, b"")
    (event,) = collector.spooled()
    assert (event.card, event.name, event.at, event.medium) == (CARD, "view", NOW_MS, "qr")
    assert collector.counted("accepted", 1) == {(TODAY_IN_REUNION, CARD, "accepted"): 1}


@pytest.mark.parametrize(
    "media_type", ["text/plain", "Text/Plain; charset=utf-8", "application/json"]
)
def test_both_media_types_are_taken(collector, media_type):
    assert collector.track(body(envelope(1)), content_type=media_type).status_code == 204


def test_method(collector):
    answer = collector.client.get("/api/track")
    assert (answer.status_code, problem(answer)) == (405, "method")
    assert answer.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": ""},
        {"content_encoding": "gzip"},
    ],
)
def test_media_type(collector, headers):
    answer = collector.track(body(envelope(1)), **headers)
    assert (answer.status_code, problem(answer)) == (415, "media-type")
    assert collector.counted("media_type", 1) == {(TODAY_IN_REUNION, "", "media_type"): 1}


def test_too_large(collector):
    answer = collector.track(body(envelope(1)) + b" " * 16 * 1024)
    assert (answer.status_code, problem(answer)) == (413, "too-large")
    assert collector.counted("too_large", 1)


def test_too_large_is_told_before_an_endless_body_ends(collector):
    host, port = collector.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as stream:
        stream.sendall(
            b"POST /api/track HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + (b"1000\r\n" + b" " * 4096 + b"\r\n") * 5
        )
        assert stream.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_16_kib_is_taken(collector):
    made = body(envelope(1))
    assert collector.track(made + b" " * (16 * 1024 - len(made))).status_code == 204


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"[" * 10_000, ""),
        (body(envelope(1, v=2)), "$.v"),
        (body(envelope(1, email="a@b.c")), "email"),
        (body(envelope(1, events=[{"seq": 0, "name": "view", "at": "now"}])), "$.events[0].at"),
        (body(envelope(1, events=[])), "$.events"),
    ],
)
def test_malformed(collector, content, field):
    answer = collector.track(content)
    assert (answer.status_code, problem(answer)) == (400, "malformed")
    assert field in answer.json()["detail"]
    assert collector.counted("malformed", 1)
    assert collector.spooled() == []


@pytest.mark.parametrize(
    ("reason", "sent", "headers"),
    [
        (admission.UNKNOWN_CARD, {"card": "nobodyXX"}, {}),
        (admission.ORIGIN, {}, {"origin": "https://evil.example"}),
        (admission.TOO_OLD, {"sent": NOW_MS + 73 * 3_600_000}, {}),
        (admission.AHEAD, {"sent": NOW_MS - 61_000}, {}),
    ],
)
def test_a_refusal_has_its_status_its_type_and_its_count(collector, reason, sent, headers):
    answer = collector.track(body(envelope(1, **sent)), **headers)
    assert answer.status_code == reason.status
    assert problem(answer) == reason.name.replace("_", "-")
    assert sum(collector.counted(reason.name, 1).values()) == 1
    assert collector.spooled() == []


@pytest.mark.parametrize("header", ["sec_gpc", "dnt"])
def test_an_objection_is_answered_204_and_leaves_only_a_count(collector, header):
    answer = collector.track(body(envelope(1)), **{header: "1"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert collector.counted("objected", 1) == {(TODAY_IN_REUNION, CARD, "objected"): 1}
    assert collector.spooled() == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("sec_purpose", "prefetch"),
        ("sec_purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x_purpose", "preview"),
        ("x_moz", "prefetch"),
    ],
)
def test_a_prefetch_is_kept_with_its_mark(collector, header, value):
    collector.track(body(envelope(1)), **{header: value})
    assert [event.mark for event in collector.spooled()] == ["prefetch"]


def test_spool_full(make_collector):
    collector = make_collector(bytes_max=1_000)
    answer = collector.track(body(envelope(1)))
    assert (answer.status_code, problem(answer)) == (503, "spool-full")
    assert int(answer.headers["retry-after"]) > 0
    assert collector.spooled() == []


def test_a_cards_own_site_may_read_the_answer_and_no_other(collector):
    ours = collector.track(body(envelope(1)))
    assert ours.headers["access-control-allow-origin"] == "https://cartes.example.fr"
    assert ours.headers["vary"] == "origin"
    theirs = collector.track(body(envelope(1)), origin="https://evil.example")
    assert "access-control-allow-origin" not in theirs.headers


def preflight(collector, origin):
    asks = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    return collector.client.options("/api/track", headers={"origin": origin} | asks)


def test_a_preflight_from_a_cards_site_is_granted(collector):
    answer = preflight(collector, "https://cartes.example.fr")
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://cartes.example.fr"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type"


def test_a_preflight_from_elsewhere_is_refused(collector):
    answer = preflight(collector, "https://evil.example")
    assert (answer.status_code, problem(answer)) == (403, "origin")


def test_a_visitor_behind_a_trusted_proxy_is_known_by_its_own_network(make_collector):
    collector = make_collector(trusted_proxies=(ip_network("127.0.0.0/8"),))
    collector.track(body(envelope(1)), x_forwarded_for=f"198.51.100.1, {ADDRESS}")
    assert [event.network for event in collector.spooled()] == ["203.0.113.0/24"]


def test_nobody_else_may_name_an_address(collector):
    collector.track(body(envelope(1)), x_forwarded_for=ADDRESS)
    assert [event.network for event in collector.spooled()] == ["127.0.0.0/24"]


@pytest.mark.parametrize("address", [ADDRESS, "2001:db8:77:77::77"])
def test_no_file_holds_the_full_address(make_collector, tmp_path, address):
    collector = make_collector(trusted_proxies=(ip_network("127.0.0.0/8"),))
    for seed in range(20):
        sent = body(envelope(seed, ref=address, item=address, lang=address, tz=address))
        assert collector.track(sent, x_forwarded_for=address).status_code == 204
    assert collector.track(b"{", x_forwarded_for=address).status_code == 400
    assert len(collector.spooled()) == 20
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.endswith(".db-wal") for path in written)
    for path in written:
        assert address.encode() not in path.read_bytes(), path


def test_a_query_string_leaves_no_trace(collector, tmp_path):
    sent = body(envelope(1, ref="https://www.google.com/?email=a@b.c", medium="a@b.c"))
    collector.client.post(
        "/api/track?email=a@b.c", content=sent, headers={"content-type": "text/plain"}
    )
    assert [event.ref for event in collector.spooled()] == ["www.google.com"]
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"a@b.c" not in path.read_bytes(), path


def test_everything_else_goes_to_the_inner_application(collector):
    assert collector.client.get("/healthz").status_code == 200
    assert collector.client.post("/api/other").status_code == 404


def test_rate_of_a_network(make_collector):
    collector = make_collector(network_requests_s=1)
    answers = [collector.track(body(envelope(seed))) for seed in range(12)]
    assert [answer.status_code for answer in answers] == [204] * 10 + [429] * 2
    assert problem(answers[-1]) == "rate"
    assert answers[-1].headers["retry-after"] == "1"
    assert sum(collector.counted("rate", 2).values()) == 2
    assert len(collector.spooled()) == 10


def test_rate_of_a_card(make_collector, clock):
    collector = make_collector(card_requests_s=1, trusted_proxies=(ip_network("127.0.0.0/8"),))
    for seed in range(10):
        crowd = f"198.51.{seed}.7"
        assert collector.track(body(envelope(seed)), x_forwarded_for=crowd).status_code == 204
    answer = collector.track(body(envelope(10)), x_forwarded_for=ADDRESS)
    assert (answer.status_code, problem(answer)) == (429, "rate")
    assert collector.counted("rate", 1) == {(TODAY_IN_REUNION, CARD, "rate"): 1}
    clock.advance(seconds=1)
    assert collector.track(body(envelope(10)), x_forwarded_for=ADDRESS).status_code == 204
