"""The spool: what was acknowledged is on the disk, in one SQLite file per collector process.

Requests append to an open group on the event loop. When the writer thread is free, the loop hands
the group over; one statement commits it; then, and only then, the requests of the group are
answered. While one group is on its way to the disk the next one fills, so groups
grow with the load by themselves. A group belongs to one thread at a time, so there is no lock.

The writer holds the interpreter's lock as rarely as it can, and the loop gives way to it for a
moment: two busy threads that pass this lock to and fro spend more on that than on their work. A
disk that needs longer is not waited for. A crash at any instant loses only what nobody was told is
safe: recovery is SQLite's trade.
"""

import asyncio
import fcntl
import secrets
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue

import msgspec
import structlog

from collector.room import Room
from schema.clock import Clock
from schema.errors import Unavailable
from schema.spooled import (
    OWNER_SUFFIX,
    SPOOL_SUFFIX,
    is_unreadable,
    open_spool,
    set_aside,
    unreadable_path,
)

COMMIT_INTERVAL_S = 0.002
"""Commits start at least this far apart: a commit costs the same for one request or a hundred."""
GIVE_WAY_S = 0.001
"""The longest that the loop rests for a commit; a good disk needs a fraction of it."""
WAITING_BYTES_MAX = 32 * 1024 * 1024
"""What may wait in memory for a disk that is too slow; beyond it nothing is taken."""
LOOK_S = 0.5
"""How often an idle spool looks whether there still is room, or room again."""

ACCEPTED = "accepted"
"""Counted beside the reasons of refusal: events that were acknowledged."""

# A row of `groups` becomes a batch and its counts, in one statement and so in one transaction.
_GROUPS = (
    "CREATE TEMP VIEW groups AS SELECT 0 AS received_ms, 0 AS events, x'' AS body, '' AS counts",
    "CREATE TEMP TRIGGER spool INSTEAD OF INSERT ON groups BEGIN"
    " INSERT INTO batches (received_ms, events, body)"
    " SELECT NEW.received_ms, NEW.events, NEW.body WHERE NEW.events;"
    " INSERT INTO counters (day, card, reason, n)"
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
    " json_extract(value, '$[2]'), json_extract(value, '$[3]') FROM json_each(NEW.counts)"
    " WHERE true ON CONFLICT DO UPDATE SET n = n + excluded.n;"
    " END",
)
_INSERT = "INSERT INTO groups VALUES (?, ?, ?, ?)"
_PROBE = "PRAGMA user_version = 1"
"""Writes a page whose content means nothing: shows whether the disk takes writes again."""

_log = structlog.get_logger()

Saved = Callable[[str], None]


class SpoolFull(Unavailable):
    """Events cannot be kept safe now, so none are taken."""


class _Group:
    """The requests that share one commit."""

    __slots__ = ("accepted", "bytes", "events", "loop", "refused", "rows", "tried", "waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.rows: list[bytes] = []
        self.bytes = 0
        self.events = 0
        self.accepted: dict[tuple[str, str, str], int] = defaultdict(int)
        self.refused: dict[tuple[str, str, str], int] = defaultdict(int)
        self.waiting: list[Saved] = []
        self.loop = loop
        self.tried = threading.Lock()
        """Free again when the writer is done with the group."""
        self.tried.acquire()


class Spool:
    """Appends and counts come from one event loop; commits happen on a thread of its own."""

    def __init__(self, folder: Path, *, clock: Clock, bytes_max: int, free_bytes_min: int) -> None:
        self._folder = folder
        self._clock = clock
        self._room = Room(folder, bytes_max=bytes_max, free_bytes_min=free_bytes_min)
        self._open()
        self.trouble = self._room.look(self._file, 0)
        """Why no events are taken now, or nothing. The writer thread keeps it true."""
        self._group: _Group | None = None
        self._writing = False
        self._closing = False
        self._due_s = 0.0
        self._handed: SimpleQueue[_Group | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="spool", daemon=True)
        self._writer.start()

    def put(self, rows: bytes, events: int, saved: Saved, *, day: str, card: str) -> None:
        """Rows are JSON lines. `saved` is called with nothing when they are on the disk, else why
        they are not."""
        if self.trouble or self._closing:
            raise SpoolFull(self.trouble or "The collector is stopping.")
        group = self._group or self._begin()
        if group.bytes > WAITING_BYTES_MAX:
            raise SpoolFull("The disk is too slow for what comes in.")
        group.rows.append(rows)
        group.bytes += len(rows)
        group.events += events
        group.accepted[day, card, ACCEPTED] += events
        group.waiting.append(saved)

    def append(self, rows: bytes, events: int, *, day: str, card: str) -> asyncio.Future[None]:
        """The same for who awaits: done when the rows are on the disk, or fails if not."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.put(rows, events, partial(_settle, done), day=day, card=card)
        return done

    def count(self, day: str, card: str, reason: str, events: int) -> None:
        """Counts what was refused; it goes to the disk with the next commit."""
        group = self._group or self._begin()
        group.refused[day, card, reason] += events

    def close(self) -> None:
        """Commits what was appended, then lets go of the file. The loop appends no more."""
        self._closing = True
        if self._group:
            self._handed.put(self._group)
            self._group = None
        self._handed.put(None)
        self._writer.join()
        self._file.close()
        self._owner.close()

    # On the event loop

    def _begin(self) -> _Group:
        loop = asyncio.get_running_loop()
        self._group = _Group(loop)
        if not self._writing:
            self._hand_over_when_due(loop)
        return self._group

    def _hand_over_when_due(self, loop: asyncio.AbstractEventLoop) -> None:
        wait_s = self._due_s - loop.time()
        if wait_s > 0:
            loop.call_later(wait_s, self._hand_over, loop)
        else:
            loop.call_soon(self._hand_over, loop)

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        group, self._group = self._group, None
        if group:  # else the spool has been closed meanwhile
            self._writing = True
            self._due_s = loop.time() + COMMIT_INTERVAL_S
            self._handed.put(group)
            group.tried.acquire(timeout=GIVE_WAY_S)

    def _answer(self, group: _Group, trouble: str) -> None:
        if trouble:
            self._due_s = group.loop.time() + LOOK_S
            for key, n in group.refused.items():
                self.count(*key, n)
        for saved in group.waiting:
            try:
                saved(trouble)
            except Exception:  # the others of the group have nothing to do with it
                _log.exception("answer_failed")
        self._writing = False
        if self._group:
            self._hand_over_when_due(group.loop)

    # On the writer thread

    def _write(self) -> None:
        try:
            while self._write_next():
                pass
        finally:
            # Whatever ended this thread, nobody may wait for it any more.
            self.trouble = self.trouble or "The writer of the spool has stopped."

    def _write_next(self) -> bool:
        """False at the end. Keeps no group, so that its requests are freed by the loop."""
        try:
            group = self._handed.get(timeout=LOOK_S)
        except Empty:
            self._tell(self._room.look(self._file, 0) or (self.trouble and self._save()))
            return True
        if group:
            self._commit(group)
        return group is not None

    def _commit(self, group: _Group) -> None:
        trouble = "The writer of the spool has stopped."
        try:
            trouble = self._room.lack(self._file, group.bytes) or self._save(group)
        finally:
            self._tell(trouble)
            group.tried.release()
            with suppress(RuntimeError):  # a loop that is gone has nobody left to answer
                group.loop.call_soon_threadsafe(self._answer, group, trouble)

    def _tell(self, trouble: str) -> None:
        if trouble and not self.trouble:
            _log.error("spool_stopped", file=str(self.path), trouble=trouble)
        elif self.trouble and not trouble:
            _log.info("spool_resumed", file=str(self.path))
        self.trouble = trouble

    def _save(self, group: _Group | None = None) -> str:
        """Commits a group, or tries whether one could be; says why it could not."""
        try:
            if self._aside.exists():
                self._set_aside("The shipper cannot read it.")
            try:
                self._save_once(group)
            except sqlite3.DatabaseError as error:
                if not is_unreadable(error):
                    raise
                self._set_aside(str(error))
                self._save_once(group)
        except (sqlite3.Error, Unavailable) as error:
            return f"The spool {self.path} cannot be written: {error}."
        return ""

    def _save_once(self, group: _Group | None) -> None:
        if group is None:
            self._file.execute(_PROBE)
            return
        counts = [(*key, n) for each in (group.accepted, group.refused) for key, n in each.items()]
        self._file.execute(
            _INSERT,
            (
                self._clock(),
                group.events,
                b"".join(group.rows),
                msgspec.json.encode(counts).decode(),
            ),
        )

    def _open(self) -> None:
        """A file of a new name, and the lock that tells the shipper that its owner lives."""
        name = f"{self._clock()}-{secrets.token_hex(4)}{SPOOL_SUFFIX}"
        path = self._folder / name
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            owner = path.with_name(name + OWNER_SUFFIX).open("wb")
            fcntl.flock(owner, fcntl.LOCK_EX)
            file = open_spool(path)
            for statement in _GROUPS:
                file.execute(statement)
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f"No spool can be opened in {self._folder}: {error}.") from None
        self.path, self._owner, self._file = path, owner, file
        self._aside = unreadable_path(path)

    def _set_aside(self, why: str) -> None:
        """Keeps an unreadable file for `sqlite3 … .recover`, and goes on with a new one.

        Where no new one can be opened, the old one stays in use and the next group tries again.
        """
        path, owner, file = self.path, self._owner, self._file
        aside = set_aside(path)
        self._open()
        file.close()
        owner.close()
        _log.critical("spool_unreadable", set_aside=str(aside), new_file=str(self.path), error=why)


def _settle(done: asyncio.Future[None], trouble: str) -> None:
    if done.done():  # nobody waits any more
        return
    if trouble:
        done.set_exception(SpoolFull(trouble))
    else:
        done.set_result(None)
