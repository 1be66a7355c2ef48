"""Clients that stall, flood or send on, over real sockets; and what it costs the others."""

import logging
import socket
import time
from contextlib import ExitStack
from functools import partial

import pytest

from collector import connections
from schema.testing.events import body, envelope

HEAD = b"POST /api/track HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
STALLED = {
    "nothing": b"",
    "a line of a head": b"POST /api/tr",
    "a head without its end": HEAD,
    "a body without its end": HEAD + b"Content-Length: 100\r\n\r\n{",
    "chunks without an end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    "a form for a page": b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na=",
}


@pytest.fixture
def patience_s(monkeypatch):
    """What a client is waited for, shortened so that a test can wait as long."""
    monkeypatch.setattr(connections, "CLIENT_S_MAX", 1)
    return 1


def connect(collector, sent=b""):
    host, port = collector.url.removeprefix("http://").split(":")
    stream = socket.create_connection((host, int(port)), timeout=10)
    stream.sendall(sent)
    return stream


def request(seed):
    sent = body(envelope(seed))
    return HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(sent), sent)


def read_to_the_end(stream):
    parts = []
    try:
        while part := stream.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


@pytest.mark.parametrize("sent", STALLED.values(), ids=STALLED)
def test_a_stalled_client_is_cut(collector, patience_s, sent):
    with connect(collector, sent) as stream:
        assert b" 204 " not in read_to_the_end(stream)


def test_one_byte_now_and_then_does_not_buy_time(collector, patience_s):
    with connect(collector, HEAD) as stream:
        stream.settimeout(0.2)
        started_s = time.monotonic()
        while time.monotonic() < started_s + 10:
            try:
                stream.sendall(b"x")
                if stream.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except ConnectionError:
                return
    raise AssertionError("It was never cut.")


def test_a_client_between_two_events_is_kept_for_a_while_and_then_cut(collector, patience_s):
    with connect(collector, request(1)) as stream:
        assert stream.recv(4096).startswith(b"HTTP/1.1 204 ")
        stream.sendall(request(2))
        assert stream.recv(4096).startswith(b"HTTP/1.1 204 ")
        assert read_to_the_end(stream) == b""


def test_a_hundred_stalled_clients_cost_the_others_nothing(collector):
    with ExitStack() as stack:
        for sent in list(STALLED.values()) * 17:
            stack.enter_context(connect(collector, sent))
        for seed in range(50):
            assert collector.track(body(envelope(seed))).status_code == 204
    assert len(collector.spooled()) == 50


@pytest.mark.parametrize(
    "sent",
    [HEAD + b"a: b\r\n" * 10_000 + b"\r\n", HEAD + b"a: " + b"b" * 70_000],
    ids=["10 000 lines", "a line of 70 KB"],
)
def test_a_flood_of_headers_is_refused(collector, sent):
    with connect(collector, sent) as stream:
        assert read_to_the_end(stream).startswith(b"HTTP/1.1 431 ")
    assert collector.track(body(envelope(1))).status_code == 204


def test_a_head_that_comes_in_pieces_without_end_is_refused(collector):
    with connect(collector, HEAD) as stream:
        try:
            for _ in range(100):
                stream.sendall(b"a: " + b"b" * 1000 + b"\r\n")
                time.sleep(0.002)
        except ConnectionError:
            pass
        else:
            assert read_to_the_end(stream).startswith(b"HTTP/1.1 431 ")
    assert collector.track(body(envelope(1))).status_code == 204


def test_an_event_in_pieces_is_taken(collector):
    with connect(collector) as stream:
        for each in request(1):
            stream.sendall(bytes([each]))
        assert stream.recv(4096).startswith(b"HTTP/1.1 204 ")
    assert len(collector.spooled()) == 1


def test_an_event_in_chunks_is_taken(collector):
    sent = body(envelope(1))
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, sent[n : n + 1]) for n in range(len(sent)))
    with connect(collector, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks) as stream:
        stream.sendall(b"0\r\n\r\n")
        assert stream.recv(4096).startswith(b"HTTP/1.1 204 ")
    assert len(collector.spooled()) == 1


def test_what_is_sent_before_the_answer_is_not_read_and_the_client_knows(collector):
    with connect(collector, request(1) + request(2)) as stream:
        answers = read_to_the_end(stream)
    assert answers.count(b"HTTP/1.1 204 ") == 1
    assert b"connection: close" in answers
    assert len(collector.spooled()) == 1


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1\r\nConnection: close"])
def test_a_client_that_wants_to_close_gets_its_answer_first(collector, version):
    with connect(collector, request(1).replace(b"HTTP/1.1", version, 1)) as stream:
        answer = read_to_the_end(stream)
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"connection: close" in answer


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(collector):
    head, _, sent = request(1).partition(b"\r\n\r\n")
    with connect(collector, head + b"\r\nExpect: 100-continue\r\n\r\n") as stream:
        assert stream.recv(4096).startswith(b"HTTP/1.1 100 ")
        stream.sendall(sent)
        assert stream.recv(4096).startswith(b"HTTP/1.1 204 ")


def test_pages_and_events_share_a_connection(collector):
    page = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with connect(collector) as stream:
        for sent, status in ((request(1), 204), (page, 200), (request(2), 204), (page, 200)):
            stream.sendall(sent)
            assert stream.recv(4096).startswith(b"HTTP/1.1 %d " % status)


def test_a_fault_of_ours_is_not_called_the_clients(make_collector, monkeypatch):
    collector = make_collector()
    monkeypatch.setattr(collector.book, "find", partial(int, "no number"))
    with connect(collector, request(1)) as stream:
        assert read_to_the_end(stream).startswith(b"HTTP/1.1 500 ")


def test_nothing_of_a_stalled_client_is_logged(collector, patience_s, caplog):
    with caplog.at_level(logging.DEBUG), connect(collector, HEAD) as stream:
        read_to_the_end(stream)
    assert "127.0.0.1" not in caplog.text
