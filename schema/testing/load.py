"""A client that sends events one after the other and remembers which were acknowledged.

What was cut off before its answer came is sent again, as the beacon does: it may be there or not,
but never twice.
"""

import http.client
import time
from contextlib import closing
from threading import Event, Thread
from typing import Self

from schema.testing.events import CARD, body, envelope

GIVE_UP_S = 0.02
HEADERS = {"Content-Type": "text/plain"}


class Load:
    """Runs on a thread of its own from entry to exit."""

    def __init__(self, port: int, card: str = CARD, name: str = "load") -> None:
        self.acknowledged: set[tuple[str, int]] = set()
        self.cut = 0
        """Requests that got no answer, or the answer that nothing was kept."""
        self._port, self._card, self._name = port, card, name
        self._enough = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._enough.is_set():
            with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)) as to:
                while not self._enough.is_set() and self._send(to, number):
                    number += 1

    def _send(self, to: http.client.HTTPConnection, number: int) -> bool:
        """Pages of three events. False when the connection is of no use any more."""
        page, seq = f"{self._name[:4]:_<4}{number // 3:08}", number % 3
        now_ms = time.time_ns() // 1_000_000
        event = {"seq": seq, "name": "view", "at": now_ms}
        sent = envelope(0, card=self._card, page=page, sent=now_ms, events=[event])
        try:
            to.request("POST", "/api/track", body(sent), HEADERS)
            with to.getresponse() as answer:
                answer.read()
        except (OSError, http.client.HTTPException):
            self.cut += 1
            time.sleep(GIVE_UP_S)
            return False
        if answer.status != 204:
            self.cut += 1
            time.sleep(GIVE_UP_S)
            return False
        self.acknowledged.add((page, seq))
        return True
