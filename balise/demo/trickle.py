"""A gentle live stream for the demo: a visit every few seconds through the real intake.

A page is opened, and its taps and attention follow when their time has come, as from a browser.
"""

import http.client
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random

import msgspec

from balise.demo.people import CARDS, DemoCard
from balise.demo.shared import code_of
from balise.demo.traffic import Act, Guest, button_appeal, draw_acts, draw_guest
from balise.demo.weighted import Weighted
from schema.clock import Clock
from schema.ids import ALPHABET, PAGE_ID_CHARS
from schema.items import sign
from schema.settings import Settings
from schema.wire import UNKNOWN_MEDIUM

GAP_S = (2.0, 8.0)
TIMEOUT_S = 5
STOP_SECONDS_MAX = 1
_SELF = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - "everywhere" is reached here
_CARDS = Weighted(*((card, card.share) for card in CARDS))


@dataclass(slots=True)
class OpenPage:
    """A card on someone's screen, and what is still to happen there."""

    card: DemoCard
    guest: Guest
    page: str
    opened_ms: int
    acts: list[Act]
    item: str
    """Signed, as the short link would have put it into the address; or nothing."""
    sent: int = 0

    def due(self, now_ms: int) -> list[tuple[int, Act]]:
        """Acts whose time has come, each once, with their sequence numbers."""
        first = self.sent
        while self.sent < len(self.acts) and self._at_ms(self.acts[self.sent]) <= now_ms:
            self.sent += 1
        return list(enumerate(self.acts))[first : self.sent]

    def envelope(self, due: list[tuple[int, Act]], now_ms: int) -> bytes:
        guest = self.guest
        return msgspec.json.encode(
            {
                "v": 1,
                "card": self.card.id,
                "page": self.page,
                "sent": now_ms,
                "medium": "" if guest.medium == UNKNOWN_MEDIUM else guest.medium,
                "item": self.item,
                "ref": guest.referrer,
                "lang": guest.lang,
                "tz": guest.zone,
                "width": guest.width,
                "events": [
                    {
                        "seq": seq,
                        "name": act.name,
                        "at": self._at_ms(act),
                        "target": act.target,
                        "label": act.label,
                        "ms": act.ms,
                        "scroll": act.scroll,
                    }
                    for seq, act in due
                ],
            }
        )

    def _at_ms(self, act: Act) -> int:
        return self.opened_ms + act.after_ms


class Visits:
    """The stream without its thread: what is to be sent at an instant. Seeded, hence repeatable."""

    def __init__(self, rng: Random, item_key: bytes) -> None:
        self._rng = rng
        self._item_key = item_key
        self._open: list[OpenPage] = []

    def turn(self, now_ms: int) -> Iterator[tuple[OpenPage, bytes]]:
        """One more page is opened; on every open page, what is due."""
        self._open.append(self._new_page(now_ms))
        for page in self._open:
            due = page.due(now_ms)
            if due:
                yield page, page.envelope(due, now_ms)
        self._open = [page for page in self._open if page.sent < len(page.acts)]

    def _new_page(self, now_ms: int) -> OpenPage:
        card = _CARDS.draw(self._rng)
        guest = draw_guest(card, self._rng)
        code = code_of(card, guest.medium, guest.visitor)
        return OpenPage(
            card=card,
            guest=guest,
            page="".join(self._rng.choices(ALPHABET, k=PAGE_ID_CHARS)),
            opened_ms=now_ms,
            acts=draw_acts(button_appeal(card), self._rng),
            item=sign(self._item_key, card=card.id, code=code, medium=guest.medium) if code else "",
        )


class Trickle:
    """Visits on a daemon thread, from `with` to its end. A server that is away is tried again."""

    def __init__(self, settings: Settings, clock: Clock, item_key: bytes, *, seed: int = 1) -> None:
        self._address = _SELF.get(settings.host, settings.host), settings.port
        self._origin = settings.origin
        self._clock = clock
        self._item_key = item_key
        # The start is part of the seed: page ids of an earlier run would be dropped as repeats.
        self._rng = Random(f"{seed}/{clock()}")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trickle", daemon=True)

    def __enter__(self) -> "Trickle":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_SECONDS_MAX)

    def _run(self) -> None:
        visits = Visits(self._rng, self._item_key)
        while not self._stopping.wait(self._rng.uniform(*GAP_S)):
            for page, body in visits.turn(self._clock()):
                with suppress(OSError, http.client.HTTPException):
                    self._post(page, body)

    def _post(self, page: OpenPage, body: bytes) -> None:
        host, port = self._address
        connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", "/api/track", body, self._headers(page))
            connection.getresponse().read()
        finally:
            connection.close()

    def _headers(self, page: OpenPage) -> dict[str, str]:
        return {
            "Content-Type": "text/plain;charset=UTF-8",
            "Origin": self._origin,
            "Referer": f"{self._origin}/",
            "User-Agent": page.guest.agent,
            "Accept-Language": page.guest.lang,
        }
