"""What collector and pipeline agree on: the spool file and the rows in it.

One SQLite file per collector process, `<data>/spool/<name>.db`, WAL, synchronous=FULL.
One row of `batches` per group commit; its body is JSON lines, one `SpooledEvent` each.
The shipper writes down which rows a token covers (`shipments`), and which of their events are
duplicates (`plans`), before the first try: a retry after a crash sends the same rows under the same
token and counts them in the same way. Ids are never used twice.

`counters` is this spool's part of the ledger: the collector adds what it accepted and refused in
the transaction that keeps the events, the shipper what became of them in the transaction that
forgets them. Now and then they move to `flushes`, and from there to the store under their token.

Some files carry an `flock`, which ends with its process however that process ends. The collector
makes and locks `<name>.db.owner` BEFORE it creates `<name>.db`, draws a name that no other process
ever had, and keeps the lock as long as it lives. A spool whose owner lock is free belongs to a dead
process: nothing more will come, and the shipper removes it once it is empty. The one process that
ships a folder holds `<folder>.lock` beside it, in which there is an id of the folder.

A file that cannot be read becomes `<name>.db.unreadable`, out of everybody's way, and the shipper
salvages what it can. Its collector renames it, for it would go on writing; the shipper does when
the collector is dead, and else asks it by making an empty file of that name.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path

import msgspec

SPOOL_SUFFIX = ".db"
OWNER_SUFFIX = ".owner"
LOCK_SUFFIX = ".lock"
UNREADABLE_SUFFIX = ".unreadable"

_UNREADABLE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

SPOOL_DDL = (
    "CREATE TABLE IF NOT EXISTS batches (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " received_ms INTEGER NOT NULL, events INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS shipments (token TEXT PRIMARY KEY,"
    " first_id INTEGER NOT NULL, last_id INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS counters (day TEXT NOT NULL, card TEXT NOT NULL,"
    " reason TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (day, card, reason)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS plans (token TEXT PRIMARY KEY, duplicates TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS flushes (token TEXT NOT NULL, day TEXT NOT NULL,"
    " card TEXT NOT NULL, reason TEXT NOT NULL, n INTEGER NOT NULL)",
)
ADD_COUNT = (
    "INSERT INTO counters (day, card, reason, n) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n"
)


def open_spool(path: Path) -> sqlite3.Connection:
    """One side's connection to a spool file. Transactions are begun and ended by the caller."""
    spool = sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
    spool.execute("PRAGMA journal_mode = WAL")
    spool.execute("PRAGMA synchronous = FULL")
    # Some builds of SQLite overwrite what is deleted, page by page: a tenth of the shipper's work,
    # and collectors wait for it. What lay here is in the store, or is a /24 that soon is covered.
    spool.execute("PRAGMA secure_delete = FAST")
    for statement in SPOOL_DDL:
        spool.execute(statement)
    return spool


def is_unreadable(error: Exception) -> bool:
    """Whether the file itself is at fault, whatever the details, which are in the high bits."""
    return isinstance(error, sqlite3.DatabaseError) and (
        error.sqlite_errorcode & 0xFF in _UNREADABLE
        or error.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHORT_READ
    )


def unreadable_path(path: Path) -> Path:
    return path.with_name(path.name + UNREADABLE_SUFFIX)


def set_aside(path: Path) -> Path:
    """With what SQLite keeps beside it, so that nothing is missing when it is recovered."""
    aside = unreadable_path(path)
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside


class SpooledEvent(msgspec.Struct, frozen=True, gc=False):
    card: str
    at: int
    """Corrected time of the event, UTC milliseconds."""
    received: int
    page: str
    seq: int
    name: str
    target: str
    label: str
    ms: int
    scroll: int
    visitor: int
    medium: str
    item: str
    ref: str
    lang: str
    tz: str
    width: int
    agent: str
    network: str
    """The /24 or /48 the visitor came from; the full address is nowhere."""
    mark: str = ""
    """A class the collector already knows from the request: `prefetch`, `owner`, or nothing."""
