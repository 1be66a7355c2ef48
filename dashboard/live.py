"""The visits of now, for whoever is looking: one query every few seconds, however many listen.

What a card has had in the last 30 minutes is read for all cards that anyone looks at, together, and
told to their listeners when it has changed. Nobody listening, nothing is asked.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress

from anyio import to_thread

from dashboard.figures.live import NOBODY, live
from dashboard.figures.values import Live
from schema.clock import Clock
from schema.errors import BaliseError
from schema.store import EventStore

EVERY_S = 3.0
LISTENS_S = 600
"""After that a listener comes again by itself, and is asked again whether it may."""
LISTENERS_MAX = 2_000


class Board:
    def __init__(self, store: EventStore, clock: Clock, every_s: float = EVERY_S) -> None:
        self._store = store
        self._clock = clock
        self._every_s = every_s
        self._listening: Counter[str] = Counter()
        self._latest: dict[str, Live] = {}
        self._turn = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def is_full(self) -> bool:
        return self._listening.total() >= LISTENERS_MAX

    async def listen(self, card: str) -> AsyncIterator[Live]:
        """What is known at once, then every change, until it is time to come again."""
        self._listening[card] += 1
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        try:
            async with asyncio.timeout(LISTENS_S):
                told = None
                while not self._closed:
                    now = self._latest.get(card)
                    if now is not None and now != told:
                        yield now
                        told = now
                    await self._turn.wait()
        except TimeoutError:
            return
        finally:
            self._leave(card)

    def close(self) -> None:
        """Ends all streams, for a server that stops; their readers come back to the next one."""
        self._closed = True
        self._turn.set()

    def _leave(self, card: str) -> None:
        self._listening[card] -= 1
        if not self._listening[card]:
            del self._listening[card]
            self._latest.pop(card, None)

    async def _ask(self) -> None:
        while self._listening:
            # While the store is away, listeners keep what they have been told last.
            with suppress(BaliseError):
                cards = list(self._listening)
                found = await to_thread.run_sync(live, self._store, cards, self._clock())
                self._latest = {card: found.get(card, NOBODY) for card in cards}
            turn, self._turn = self._turn, asyncio.Event()
            turn.set()
            await asyncio.sleep(self._every_s)
        self._asking = None
