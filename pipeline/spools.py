"""The shipper's side of spool files: take a shipment from one, forget what is stored, move counts.

`schema/spooled.py` says what is in a file and which locks lie beside it.
"""

import fcntl
import json
import os
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from schema.spooled import (
    ADD_COUNT,
    LOCK_SUFFIX,
    OWNER_SUFFIX,
    SPOOL_SUFFIX,
    UNREADABLE_SUFFIX,
    open_spool,
    set_aside,
    unreadable_path,
)

SHIPMENT_EVENTS = 100_000
"""A shipment ends with the row that reaches this: large enough to drain a backlog at full speed,
small enough (some 45 MB of JSON) to be held in memory several times over."""

BATCHES_A_LOOK = 1_000
"""Read at once by those who only count, while the store is away and spools are long."""

TURN_SUFFIX = ".turn"
_ID_CHARS = 16

CountKey = tuple[str, str, str]
"""Day, card, and what was counted: a reason of the collector or an outcome of the shipper."""
Counts = Mapping[CountKey, int]


@dataclass(frozen=True, slots=True)
class Rows:
    """What travels together: rows of `batches`, by id."""

    first_id: int
    last_id: int
    events: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """Rows under their token, written down before the first try."""

    token: str
    rows: Rows
    duplicates: frozenset[int]
    """Positions of events that were stored, or came before, when the shipment was begun."""


@dataclass(frozen=True, slots=True)
class Flush:
    """Counters on their way to the ledger."""

    token: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class SpoolState:
    """A spool file at one instant, for those who only look."""

    counts: Counts
    flush: Flush | None
    pending: Counts


class SpoolFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._spool = open_spool(path)

    def begun(self) -> Shipment | None:
        """The shipment that a process before us, or a try before this one, did not end."""
        found = self._spool.execute(
            "SELECT token, first_id, last_id, coalesce(duplicates, '[]'),"
            " (SELECT total(events) FROM batches WHERE id BETWEEN first_id AND last_id)"
            " FROM shipments LEFT JOIN plans USING (token)"
        ).fetchone()
        if found is None:
            return None
        token, first_id, last_id, duplicates, events = found
        rows = Rows(first_id, last_id, int(events))
        return Shipment(token, rows, frozenset(json.loads(duplicates)))

    def waiting(self) -> Rows | None:
        """The rows to ship next; None when the spool is empty."""
        sizes = self._spool.execute(
            "SELECT id, events FROM batches ORDER BY id LIMIT ?", (SHIPMENT_EVENTS,)
        )
        first_id = last_id = events = 0
        for last_id, size in sizes:
            first_id = first_id or last_id
            events += size
            if events >= SHIPMENT_EVENTS:
                break
        return Rows(first_id, last_id, events) if first_id else None

    def bodies(self, rows: Rows) -> list[bytes]:
        found = self._spool.execute(
            "SELECT body FROM batches WHERE id BETWEEN ? AND ? ORDER BY id",
            (rows.first_id, rows.last_id),
        )
        return [body for (body,) in found]

    def begin(self, rows: Rows, duplicates: frozenset[int]) -> Shipment:
        shipment = Shipment(secrets.token_hex(16), rows, duplicates)
        with _transaction(self._spool):
            self._spool.execute(
                "INSERT INTO shipments VALUES (?, ?, ?)",
                (shipment.token, rows.first_id, rows.last_id),
            )
            self._spool.execute(
                "INSERT INTO plans VALUES (?, ?)",
                (shipment.token, json.dumps(sorted(duplicates))),
            )
        return shipment

    def forget(self, shipment: Shipment, outcomes: Counts) -> None:
        """To be called once the rows are in the store for good: what became of them is counted."""
        with _transaction(self._spool):
            self._spool.execute(
                "DELETE FROM batches WHERE id BETWEEN ? AND ?",
                (shipment.rows.first_id, shipment.rows.last_id),
            )
            self._spool.execute("DELETE FROM shipments WHERE token = ?", (shipment.token,))
            self._spool.execute("DELETE FROM plans WHERE token = ?", (shipment.token,))
            self._spool.executemany(ADD_COUNT, [(*key, n) for key, n in outcomes.items()])

    def begun_flush(self) -> Flush | None:
        return _flush_in(self._spool)

    def begin_flush(self) -> Flush | None:
        """Moves the counters aside under a token; None when nothing was counted."""
        with _transaction(self._spool):
            self._spool.execute(
                "INSERT INTO flushes SELECT ?, day, card, reason, n FROM counters",
                (secrets.token_hex(16),),
            )
            self._spool.execute("DELETE FROM counters")
        return _flush_in(self._spool)

    def end_flush(self) -> None:
        """To be called once they are in the store for good."""
        self._spool.execute("DELETE FROM flushes")

    def remove_if_done(self) -> bool:
        """True when its collector is dead and nothing is left in it: its files are gone then."""
        with _owner_gone(self.path) as gone:
            # Asked under the owner's lock: from here on nobody adds a row.
            if not gone or any(map(self._holds, ("batches", "counters", "flushes"))):
                return False
            self._spool.close()
            for suffix in ("", "-wal", "-shm", OWNER_SUFFIX):
                _beside(self.path, suffix).unlink(missing_ok=True)
            return True

    def abandoned(self) -> bool:
        with _owner_gone(self.path) as gone:
            return gone

    def close(self) -> None:
        self._spool.close()

    def _holds(self, table: str) -> bool:
        return self._spool.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def spool_paths(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SPOOL_SUFFIX}"))


def unreadable_files(folder: Path) -> list[Path]:
    """Those that were set aside, until somebody has recovered or removed them."""
    return sorted(folder.glob(f"*{SPOOL_SUFFIX}{UNREADABLE_SUFFIX}"))


def put_out_of_the_way(path: Path) -> None:
    """A file that cannot be read: at once where its collector is dead, else by its collector."""
    with _owner_gone(path) as gone:
        if gone:
            set_aside(path)
            _beside(path, OWNER_SUFFIX).unlink(missing_ok=True)
        else:
            unreadable_path(path).touch()


def pending_events(folder: Path) -> int:
    """How many events are acknowledged and not yet known to be stored."""
    return int(
        sum(_asked(path, "SELECT total(events) FROM batches") for path in spool_paths(folder))
    )


def oldest_pending_ms(folder: Path) -> int | None:
    """When the event that waits the longest was received."""
    oldest = [_asked(path, "SELECT min(received_ms) FROM batches") for path in spool_paths(folder)]
    return int(min(filter(None, oldest), default=0)) or None


CountPending = Callable[[list[bytes], int], Counts]


def state(path: Path, count_pending: CountPending | None = None) -> SpoolState | None:
    """All at one instant; None when the file is gone or cannot be read."""
    with suppress(sqlite3.DatabaseError), _looking_at(path) as spool, _transaction(spool, "BEGIN"):
        counts = {
            (day, card, reason): n
            for day, card, reason, n in spool.execute("SELECT day, card, reason, n FROM counters")
        }
        pending: Counter[CountKey] = Counter()
        batches = spool.execute("SELECT body, events FROM batches ORDER BY id")
        while count_pending and (part := batches.fetchmany(BATCHES_A_LOOK)):
            pending.update(count_pending([body for body, _ in part], sum(n for _, n in part)))
        return SpoolState(counts, _flush_in(spool), pending)
    return None


def spool_bytes(folder: Path) -> int:
    """With what SQLite keeps beside them."""
    total = 0
    for path in folder.glob(f"*{SPOOL_SUFFIX}*"):
        with suppress(FileNotFoundError):  # shipped and removed meanwhile
            total += path.stat().st_size
    return total


def claim_folder(folder: Path) -> int | None:
    """A descriptor to be kept open by the one process that ships it; None while there is one."""
    return _try_lock(_beside(folder, LOCK_SUFFIX)) if folder.exists() else None


def folder_id(claim: int) -> str:
    """Of whoever ships this folder, the same for every process that ever does."""
    known = os.pread(claim, _ID_CHARS, 0).decode()
    if len(known) == _ID_CHARS:
        return known
    drawn = secrets.token_hex(_ID_CHARS // 2)
    os.pwrite(claim, drawn.encode(), 0)
    return drawn


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """While a shipment is under way, and while a backup looks: it then finds every event either in
    a spool or in the store, and every count."""
    descriptor = os.open(_beside(folder, TURN_SUFFIX), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def copy_spool(path: Path, target: Path) -> int:
    """As it is at one instant, while its collector goes on. Gives how many events wait in it."""
    with _looking_at(path) as spool, closing(sqlite3.connect(target)) as copy:
        spool.backup(copy)
        [(events,)] = copy.execute("SELECT total(events) FROM batches")
        return int(events)


def _try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock until it is closed, however the process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _flush_in(spool: sqlite3.Connection) -> Flush | None:
    rows = spool.execute("SELECT token, day, card, reason, n FROM flushes").fetchall()
    if not rows:
        return None
    return Flush(rows[0][0], {(day, card, reason): n for _, day, card, reason, n in rows})


def _asked(path: Path, question: str) -> float:
    # A file may vanish, not have its tables yet, or be no database: then it holds nothing.
    with suppress(sqlite3.DatabaseError), _looking_at(path) as spool:
        (answer,) = spool.execute(question).fetchone()
        return float(answer or 0)
    return 0


def _looking_at(path: Path) -> "closing[sqlite3.Connection]":
    address = f"{path.absolute().as_uri()}?mode=ro"
    return closing(sqlite3.connect(address, uri=True, isolation_level=None))


@contextmanager
def _transaction(spool: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    spool.execute(begin)
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


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
