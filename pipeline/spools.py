"""The shipper's side of spool files: claim one, take a shipment from it, forget what is stored.

`schema/spooled.py` says what is in a file and which locks lie beside it.
"""

import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from schema.spooled import LOCK_SUFFIX, OWNER_SUFFIX, SPOOL_SUFFIX, open_spool

SHIPMENT_EVENTS = 50_000
"""A shipment ends with the row that reaches this: large enough to drain a backlog at full speed,
small enough (some 30 MB of JSON) to be held in memory several times over."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """The rows that travel under one token, written down before the first try."""

    token: str
    first_id: int
    last_id: int


class SpoolFile:
    """A spool that this process, and no other, ships."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock
        self._spool = open_spool(path)

    @classmethod
    def claim(cls, path: Path) -> "SpoolFile | None":
        """None while another shipper works on it."""
        lock = _try_lock(_beside(path, LOCK_SUFFIX))
        if lock is None:
            return None
        try:
            return cls(path, lock)
        except BaseException:
            os.close(lock)
            raise

    def shipment(self) -> Shipment | None:
        """The one that was begun, else the next; None when the spool is empty."""
        begun = self._spool.execute("SELECT token, first_id, last_id FROM shipments").fetchone()
        return Shipment(*begun) if begun else self._begin()

    def bodies(self, shipment: Shipment) -> list[bytes]:
        rows = self._spool.execute(
            "SELECT body FROM batches WHERE id BETWEEN ? AND ? ORDER BY id",
            (shipment.first_id, shipment.last_id),
        )
        return [body for (body,) in rows]

    def forget(self, shipment: Shipment) -> None:
        """To be called once the rows are in the store for good."""
        with _transaction(self._spool):
            self._spool.execute(
                "DELETE FROM batches WHERE id BETWEEN ? AND ?",
                (shipment.first_id, shipment.last_id),
            )
            self._spool.execute("DELETE FROM shipments WHERE token = ?", (shipment.token,))

    def close_if_done(self) -> bool:
        """True when its collector is dead and nothing is left to ship: it is closed for good.

        Its files are deleted, unless counters are in it: they wait for the ledger.
        """
        with _owner_gone(self.path) as gone:
            # Asked under the owner's lock: from here on nobody adds a row.
            if not gone or self._holds("batches"):
                return False
            empty = not self._holds("counters")
            self._spool.close()
            if empty:
                for suffix in ("", "-wal", "-shm", OWNER_SUFFIX, LOCK_SUFFIX):
                    _beside(self.path, suffix).unlink(missing_ok=True)
            os.close(self._lock)
            return True

    def close(self) -> None:
        self._spool.close()
        os.close(self._lock)

    def _begin(self) -> Shipment | None:
        sizes = self._spool.execute(
            "SELECT id, events FROM batches ORDER BY id LIMIT ?", (SHIPMENT_EVENTS,)
        )
        first_id = last_id = events = 0
        for last_id, size in sizes:
            first_id = first_id or last_id
            events += size
            if events >= SHIPMENT_EVENTS:
                break
        if not first_id:
            return None
        shipment = Shipment(secrets.token_hex(16), first_id, last_id)
        with _transaction(self._spool):
            self._spool.execute(
                "INSERT INTO shipments VALUES (?, ?, ?)",
                (shipment.token, shipment.first_id, shipment.last_id),
            )
        return shipment

    def _holds(self, table: str) -> bool:
        return self._spool.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def spool_paths(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SPOOL_SUFFIX}"))


def pending_events(folder: Path) -> int:
    """How many events are acknowledged and not yet known to be stored."""
    return sum(map(_pending, spool_paths(folder)))


def _pending(path: Path) -> int:
    # A file may vanish, not have its tables yet, or be no database: then it holds nothing.
    with (
        suppress(sqlite3.DatabaseError),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as spool,
    ):
        (events,) = spool.execute("SELECT total(events) FROM batches").fetchone()
        return int(events)
    return 0


@contextmanager
def _transaction(spool: sqlite3.Connection) -> Iterator[None]:
    spool.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        spool.execute("ROLLBACK")
        raise
    spool.execute("COMMIT")


@contextmanager
def _owner_gone(path: Path) -> Iterator[bool]:
    """True, and kept true, when the collector that wrote this file has ended."""
    lock = _try_lock(_beside(path, OWNER_SUFFIX))
    try:
        yield lock is not None
    finally:
        if lock is not None:
            os.close(lock)


def _try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock until it is closed, however the process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
