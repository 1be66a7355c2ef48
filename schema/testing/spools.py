"""Leaves events in a spool file as a collector does, without a collector."""

import fcntl
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from schema.spooled import OWNER_SUFFIX, SPOOL_SUFFIX, SpooledEvent, open_spool
from schema.testing.events import batch


class PlainSpool:
    def __init__(self, folder: Path, name: str = "test") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}{SPOOL_SUFFIX}"
        self._owner = self.path.with_name(self.path.name + OWNER_SUFFIX).open("wb")
        fcntl.flock(self._owner, fcntl.LOCK_EX)
        open_spool(self.path).close()

    def commit(self, events: Iterable[SpooledEvent]) -> None:
        """One group commit."""
        rows = list(events)
        with closing(open_spool(self.path)) as spool:
            spool.execute(
                "INSERT INTO batches (received_ms, events, body) VALUES (?, ?, ?)",
                (max(row.received for row in rows), len(rows), batch(rows)),
            )

    def count(self, card: str, reason: str) -> None:
        with closing(open_spool(self.path)) as spool:
            spool.execute("INSERT INTO counters VALUES ('2026-11-20', ?, ?, 1)", (card, reason))

    def close(self) -> None:
        """What the end of its process does, however it ends."""
        self._owner.close()
