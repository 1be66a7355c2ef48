"""Browsers that send one event after the other and remember which were acknowledged."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import msgspec

from schema.clock import system_clock
from schema.ids import PAGE_ID_CHARS
from schema.spooled import SpooledEvent, open_spool
from schema.testing.events import body, envelope

HEAD = b"POST /api/track HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"


def view(page: str, events: int = 1) -> bytes:
    """A whole request of that page instance, sent now."""
    now_ms = system_clock()
    seen = [{"seq": seq, "name": "view", "at": now_ms} for seq in range(events)]
    content = body(envelope(page=page, sent=now_ms, events=seen))
    return HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(content), content)


def connect(origin: str) -> socket.socket:
    host, port = origin.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


class Crowd:
    """Pages are named after their browser and a number, so they are all different."""

    def __init__(self, name: str, browsers: int) -> None:
        self._name = name
        self._browsers = browsers
        self._enough = Event()
        self.acknowledged: list[str] = []
        self.refused: list[bytes] = []
        self.sent: set[str] = set()

    @contextmanager
    def at(self, origin: str) -> Iterator[None]:
        """They send until the block ends, or the server does."""
        threads = [Thread(target=self._browse, args=(origin, n)) for n in range(self._browsers)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._enough.set()
            for thread in threads:
                thread.join()

    def _browse(self, origin: str, browser: int) -> None:
        try:
            with connect(origin) as stream:
                for number in range(10**6):
                    if self._enough.is_set():
                        return
                    page = f"{self._name}-{browser}-{number:x}".ljust(PAGE_ID_CHARS, "_")
                    self.sent.add(page)
                    stream.sendall(view(page))
                    answer = stream.recv(4096)
                    if answer.startswith(b"HTTP/1.1 204 "):
                        self.acknowledged.append(page)
                    elif answer:
                        self.refused.append(answer)
                    else:
                        return
        except OSError:  # the server has gone
            return


def pages_in(folder: Path) -> tuple[Counter[str], int]:
    """Every page in every spool, as often as it is there; and what the counters say of them."""
    pages: Counter[str] = Counter()
    accepted = 0
    for path in folder.glob("*.db"):
        with closing(open_spool(path)) as spool:
            for (batch,) in spool.execute("SELECT body FROM batches"):
                events = msgspec.json.Decoder(SpooledEvent).decode_lines(batch)
                pages.update(event.page for event in events)
            counted = "SELECT total(n) FROM counters WHERE reason = 'accepted'"
            accepted += int(spool.execute(counted).fetchone()[0])
    return pages, accepted
