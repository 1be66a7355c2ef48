"""One client's connection: uvicorn's own, with a short way for events and an end to patience.

**The short way.** Between the bytes of an event and its answer, ASGI puts a scope, a task, a timer
and three messages: more than parsing, deciding and writing to the disk cost together. Here a
`POST /api/track` goes from the parser to `Track`, and the answer from there to the socket. What is
not plain (another path, a query, `Expect`) goes through ASGI, where `asgi.py` answers the same.
A client that sends on before it has the answer to its event gets that answer, and then the
connection ends: what it sent on was not read, and it knows.

**Patience.** An HTTP server waits for ever for the end of a request that has begun. `cut_stalled`,
called every second, ends connections that have waited too long for their client, whatever for: a
first byte, the rest of a head or of a body, the next request. A head is bounded in bytes and lines.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from collector.asgi import PATH
from collector.problems import Answer
from collector.requests import Headers
from collector.track import Track
from schema.wire import BODY_BYTES_MAX

CLIENT_S_MAX = 10
PROGRESS_BYTES = 64 * 1024
"""A client that sends as much in that time is slow, not stalled."""
HEAD_BYTES_MAX = 64 * 1024
HEAD_LINES_MAX = 100

_PATH = PATH.encode()
_HEAD_TOO_LARGE = Answer(431, ((b"content-length", b"0"),), b"")
_FAILED = Answer(500, ((b"content-length", b"0"),), b"")

_log = structlog.get_logger()


class Connection(HttpToolsProtocol):
    def __init__(self, track: Track, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._track = track
        self._peer = ""
        self._in_head = False
        self._head_bytes = 0
        self._fields: Headers = {}
        self._event: bytearray | None = None
        """The body of an event, while it is being read."""
        self._answering = False
        """An event waits for the disk."""
        self._last = False
        """No more requests: after an answer that is still due, this ends."""
        self._written: Answer | None = None
        self._written_after: object = None
        self._bytes_written = b""
        self._turns = 0
        self._bytes = 0
        self._waiting_in: object = None
        self._waiting_since_s = 0.0

    # From the transport

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._peer = self.client[0] if self.client else ""

    def data_received(self, data: bytes) -> None:
        if self._last:
            return
        self._bytes += len(data)
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES_MAX:
                self._end(_HEAD_TOO_LARGE)

    def connection_lost(self, exc: Exception | None) -> None:
        self._last = True
        super().connection_lost(exc)

    # From the parser

    def on_message_begin(self) -> None:
        if self._answering:
            self._last = True
        self._in_head = True
        self._head_bytes = 0
        self.url = b""
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        if self._last:
            return
        self._in_head = False
        if len(self.headers) > HEAD_LINES_MAX:
            self._end(_HEAD_TOO_LARGE)
        elif self._is_plain_event(fields := dict(self.headers)):
            self._fields, self._event = fields, bytearray()
        else:
            self._go_through_asgi()

    def on_body(self, body: bytes) -> None:
        if self._last:
            return
        if self._event is None:
            super().on_body(body)
            return
        self._event += body
        if len(self._event) > BODY_BYTES_MAX:
            self._end(self._track.too_large(self._fields))

    def on_message_complete(self) -> None:
        if self._last:
            return
        if self._event is None:
            super().on_message_complete()
            return
        body, self._event = bytes(self._event), None
        self._last = not self.parser.should_keep_alive()
        self._answering = True
        try:
            self._track.post(self._fields, self.headers, body, self._peer, self._answer)
        except Exception:
            # A fault of ours. Without this the parser would call it a fault of the client's.
            _log.exception("event_failed")
            self._answering = False
            self._end(_FAILED)

    # From the server

    def shutdown(self) -> None:
        if self._answering:
            self._last = True
        else:
            super().shutdown()

    def cut_if_stalled(self, now_s: float) -> None:
        if not self._waits_for_client():
            self._waiting_in = None
            return
        waiting_in = (self._turns, self.cycle, self._bytes // PROGRESS_BYTES)
        if waiting_in != self._waiting_in:
            self._waiting_in, self._waiting_since_s = waiting_in, now_s
        elif self.transport.is_closing():  # closed, but its client does not read the rest
            self.transport.abort()
        elif now_s - self._waiting_since_s >= CLIENT_S_MAX:
            self.transport.close()

    def _waits_for_client(self) -> bool:
        cycle = self.cycle
        idle = cycle is None or cycle.response_complete or cycle.more_body
        return idle and not self._answering

    def _is_plain_event(self, fields: Headers) -> bool:
        return (
            self.url == _PATH
            and self.parser.get_method() == b"POST"
            and b"expect" not in fields
            and not self.parser.should_upgrade()
            and (self.cycle is None or self.cycle.response_complete)
        )

    def _go_through_asgi(self) -> None:
        url, headers = self.url, self.headers
        super().on_message_begin()  # makes the scope, and forgets what we have read already
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()

    def _answer(self, answer: Answer) -> None:
        self._answering = False
        self._turns += 1
        if self._last:
            self._end(answer)
        elif self.flow.write_paused:  # its client sends and never reads
            self.transport.abort()
        else:
            self.transport.write(self._on_the_wire(answer))

    def _on_the_wire(self, answer: Answer) -> bytes:
        """Acknowledgements are the same object, and default headers for a second the same list."""
        more = self.server_state.default_headers
        if answer is not self._written or more is not self._written_after:
            self._written, self._written_after = answer, more
            self._bytes_written = _to_bytes(answer, more)
        return self._bytes_written

    def _end(self, answer: Answer) -> None:
        self._last = True
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            more = [*self.server_state.default_headers, (b"connection", b"close")]
            self.transport.write(_to_bytes(answer, more))
        self.transport.close()


def cut_stalled(connections: Iterable[object], now_s: float) -> None:
    for each in list(connections):
        if isinstance(each, Connection):
            each.cut_if_stalled(now_s)


def _to_bytes(answer: Answer, more: Sequence[tuple[bytes, bytes]]) -> bytes:
    lines = [b"%s: %s\r\n" % header for header in (*more, *answer.headers)]
    return b"".join([STATUS_LINE[answer.status], *lines, b"\r\n", answer.body])
