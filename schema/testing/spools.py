"""Leaves events in a spool file as a collector does, without a collector."""

import fcntl
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from schema.days import local_day
from schema.spooled import ADD_COUNT, OWNER_SUFFIX, SPOOL_SUFFIX, SpooledEvent, open_spool
from schema.testing.events import batch


class PlainSpool:
    def __init__(self, folder: Path, name: str = "test", zone: str = "UTC") -> None:
        """`zone` is that of all its cards; those that the directory does not know live in UTC."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}{SPOOL_SUFFIX}"
        self._zone = zone
        self._owner = self.path.with_name(self.path.name + OWNER_SUFFIX).open("wb")
        fcntl.flock(self._owner, fcntl.LOCK_EX)
        open_spool(self.path).close()

    def commit(self, events: Iterable[SpooledEvent]) -> None:
        """One group commit, and its part of the ledger."""
        rows = list(events)
        self.commit_body(batch(rows), rows)

    def commit_body(self, body: bytes, counted: Sequence[SpooledEvent]) -> None:
        """Any bytes in the place of these events."""
        with closing(open_spool(self.path)) as spool:
            spool.execute("BEGIN IMMEDIATE")
            spool.execute(
                "INSERT INTO batches (received_ms, events, body) VALUES (?, ?, ?)",
                (max(row.received for row in counted), len(counted), body),
            )
            accepted = Counter(
                (local_day(row.received, self._zone).isoformat(), row.card, "accepted")
                for row in counted
            )
            spool.executemany(ADD_COUNT, [(*key, n) for key, n in accepted.items()])
            spool.execute("COMMIT")

    def count(self, card: str, reason: str, n: int = 1, day: str = "2026-11-20") -> None:
        with closing(open_spool(self.path)) as spool:
            spool.execute(ADD_COUNT, (day, card, reason, n))

    def close(self) -> None:
        """What the end of its process does, however it ends."""
        self._owner.close()
