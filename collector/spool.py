"""The spool: what was acknowledged is on the disk, in one SQLite file per collector process.

Requests append to an open group; one writer thread commits whole groups, and only then are the
requests of a group answered. While one group is on its way to the disk the next one fills, so
groups grow with the load by themselves. A crash at any instant loses only what nobody was told is
safe: recovery is SQLite's trade.

Two bounds keep a full disk from becoming a loss: what the file may hold, and what must stay free.
Pages that the shipper has emptied count as free, for SQLite fills them again before it grows.
"""

import asyncio
import fcntl
import secrets
import shutil
import sqlite3
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import structlog

from schema.clock import Clock
from schema.errors import Unavailable
from schema.spooled import OWNER_SUFFIX, SPOOL_SUFFIX, open_spool

COMMIT_INTERVAL_S = 0.002
"""Commits start at least this far apart: a commit costs the same for one request or a hundred."""
GROUP_BYTES_MAX = 1024 * 1024
"""A group of this size does not wait for the interval to end."""
LOOK_S = 0.5
"""How often an idle spool looks whether there still is room, or room again."""

ACCEPTED = "accepted"
"""Counted beside the reasons of refusal: events that were acknowledged."""
UNREADABLE_SUFFIX = ".unreadable"

_UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR_SHORT_READ)
_INSERT = "INSERT INTO batches (received_ms, events, body) VALUES (?, ?, ?)"
_COUNT = (
    "INSERT INTO counters (day, card, reason, n) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n"
)

_log = structlog.get_logger()


class SpoolFull(Unavailable):
    """Events cannot be kept safe now, so none are taken."""


class _Group:
    """The requests that share one commit."""

    __slots__ = ("accepted", "bytes", "events", "refused", "rows", "waiting")

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.bytes = 0
        self.events = 0
        self.waiting: list[asyncio.Future[None]] = []
        self.accepted: Counter[tuple[str, str, str]] = Counter()
        self.refused: Counter[tuple[str, str, str]] = Counter()


class Spool:
    """Appends come from one event loop; commits happen on a thread of its own."""

    def __init__(self, folder: Path, *, clock: Clock, bytes_max: int, free_bytes_min: int) -> None:
        self._folder = folder
        self._clock = clock
        self._bytes_max = bytes_max
        self._free_bytes_min = free_bytes_min
        self._open()
        self.trouble = self._lack_of_room(0)
        """Why no events are taken now, or nothing. The writer thread keeps it true."""
        self._group = _Group()
        self._group_lock = threading.Lock()
        self._filled = threading.Event()
        self._hurry = threading.Event()
        self._closing = False
        self._writer = threading.Thread(target=self._write, name="spool", daemon=True)
        self._writer.start()

    def append(self, rows: bytes, events: int, *, day: str, card: str) -> asyncio.Future[None]:
        """Rows are JSON lines. The future is done when they are on the disk, or fails if not."""
        if self.trouble or self._closing:
            raise SpoolFull(self.trouble or "The collector is stopping.")
        waiting = asyncio.get_running_loop().create_future()
        with self._group_lock:
            group = self._group
            group.rows.append(rows)
            group.bytes += len(rows)
            group.events += events
            group.waiting.append(waiting)
            group.accepted[day, card, ACCEPTED] += events
        if len(group.rows) == 1:
            self._filled.set()
        elif group.bytes >= GROUP_BYTES_MAX:
            self._hurry.set()
        return waiting

    def count(self, day: str, card: str, reason: str, events: int) -> None:
        """Counts what was refused; it goes to the disk with the next commit."""
        with self._group_lock:
            self._group.refused[day, card, reason] += events
        self._filled.set()

    def close(self) -> None:
        """Commits what was appended, then lets go of the file."""
        self._closing = True
        self._hurry.set()
        self._filled.set()
        self._writer.join()
        self._file.close()
        self._owner.close()

    def _write(self) -> None:
        try:
            while not self._closing:
                self._round()
            self._commit(self._take())
        finally:
            # Whatever ended this thread, nobody may wait for it any more.
            self.trouble = self.trouble or "The writer of the spool has stopped."

    def _round(self) -> None:
        self._filled.wait(LOOK_S)
        started_s = time.monotonic()
        self._commit(self._take())
        self._hurry.wait(max(0, started_s + COMMIT_INTERVAL_S - time.monotonic()))

    def _take(self) -> _Group:
        self._filled.clear()
        self._hurry.clear()
        with self._group_lock:
            group, self._group = self._group, _Group()
        return group

    def _commit(self, group: _Group) -> None:
        trouble = self._lack_of_room(group.bytes) or self._save(group)
        if trouble and not self.trouble:
            _log.error("spool_stopped", file=str(self.path), trouble=trouble)
        elif self.trouble and not trouble:
            _log.info("spool_resumed", file=str(self.path))
        self.trouble = trouble
        if trouble:
            with self._group_lock:
                self._group.refused.update(group.refused)
        if group.waiting:
            # A loop that is gone has nobody left to answer.
            with suppress(RuntimeError):
                loop = group.waiting[0].get_loop()
                loop.call_soon_threadsafe(_answer, group.waiting, trouble)

    def _lack_of_room(self, more_bytes: int) -> str:
        try:
            page_bytes, pages, emptied = (
                self._file.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_size", "page_count", "freelist_count")
            )
            free_bytes = shutil.disk_usage(self._folder).free
        except (sqlite3.Error, OSError):
            return ""  # what is wrong with the file is told by the attempt to write to it
        if (pages - emptied) * page_bytes + more_bytes > self._bytes_max:
            return f"The spool holds its {self._bytes_max} bytes; is the shipper running?"
        if free_bytes + emptied * page_bytes < self._free_bytes_min + more_bytes:
            return f"The disk of {self._folder} has only {free_bytes} bytes free; make room."
        return ""

    def _save(self, group: _Group) -> str:
        """Commits a group; says why it could not."""
        if not group.rows and not group.refused:
            return ""
        try:
            try:
                self._save_once(group)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode not in _UNREADABLE:
                    raise
                self._set_aside(error)
                self._save_once(group)
        except (sqlite3.Error, Unavailable) as error:
            return f"The spool {self.path} cannot be written: {error}."
        return ""

    def _save_once(self, group: _Group) -> None:
        counts = group.accepted + group.refused
        self._file.execute("BEGIN IMMEDIATE")
        try:
            if group.rows:
                batch = (self._clock(), group.events, b"".join(group.rows))
                self._file.execute(_INSERT, batch)
            self._file.executemany(_COUNT, ((*key, n) for key, n in counts.items()))
            self._file.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):  # some errors have rolled back by themselves
                self._file.execute("ROLLBACK")
            raise

    def _open(self) -> None:
        """A file of a new name, and the lock that tells the shipper that its owner lives."""
        name = f"{self._clock()}-{secrets.token_hex(4)}{SPOOL_SUFFIX}"
        path = self._folder / name
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            owner = path.with_name(name + OWNER_SUFFIX).open("wb")
            fcntl.flock(owner, fcntl.LOCK_EX)
            file = open_spool(path)
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f"No spool can be opened in {self._folder}: {error}.") from None
        self.path, self._owner, self._file = path, owner, file

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        """Keeps an unreadable file for `sqlite3 … .recover`, and goes on with a new one.

        Where no new one can be opened, the old one stays in use and the next group tries again.
        """
        path, owner, file = self.path, self._owner, self._file
        aside = path.with_name(path.name + UNREADABLE_SUFFIX)
        for suffix in ("", "-wal", "-shm"):
            with suppress(OSError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
        self._open()
        file.close()
        owner.close()
        _log.critical(
            "spool_unreadable", set_aside=str(aside), new_file=str(self.path), error=str(error)
        )


def _answer(waiting: list[asyncio.Future[None]], trouble: str) -> None:
    for each in waiting:
        if each.done():  # its client has gone
            continue
        if trouble:
            each.set_exception(SpoolFull(trouble))
        else:
            each.set_result(None)
