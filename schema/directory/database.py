"""A way into the directory: SQLite by default, PostgreSQL when several machines write.

Both keep the same promises. A read sees one instant and cannot write. A write is whole or nothing,
and on SQLite takes the write lock first (BEGIN IMMEDIATE), so it never fails half-way for it.
"""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError, DBAPIError

from schema.errors import BadInput, BaliseError, Unavailable
from schema.settings import mask

BUSY_S = 10
"""How long a writer waits for another one; a write takes milliseconds."""

CONNECT_S = 5

_WRITES = "balise_writes"


class NoDirectory(Unavailable):
    """Nothing has been made at this address yet."""


class Directory:
    """Safe to use from several threads at once: each `read` or `write` has its own connection."""

    def __init__(self, engine: Engine, label: str) -> None:
        self.label = label
        self.dialect = engine.dialect.name
        self._engine = engine
        self._writer = engine.execution_options(**{_WRITES: True})
        self._reader: Engine = engine
        if self.dialect == "postgresql":
            self._reader = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._told(), self._reader.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._told(), self._writer.begin() as conn:
            yield conn

    def empty_log(self) -> None:
        """SQLite's log holds what was deleted until it is written over: this empties it. On
        PostgreSQL the log belongs to the server, and how long it is kept is its owner's choice."""
        if self.dialect == "sqlite":
            with self._told(), closing(self._engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _sentence(error, self.label) or error from error


def open_directory(dsn: str, *, create: bool = True) -> Directory:
    """Connects at once, so that what is wrong is said here. The tables are left as they are."""
    label = mask(dsn)
    try:
        url = sa.make_url(dsn)
    except (ArgumentError, ValueError):  # the second for a port that is no number
        raise BadInput(
            f"The directory address {label!r} cannot be read; use an address such as "
            "'sqlite:////var/lib/balise/balise.db'."
        ) from None
    engine = _sqlite(url, label, create) if url.get_backend_name() == "sqlite" else _server(url)
    directory = Directory(engine, label)
    try:
        with directory.read() as conn:
            conn.execute(sa.text("SELECT 1"))
    except BaliseError:
        directory.close()
        raise
    return directory


def _server(url: URL) -> Engine:
    # A pooled connection may have died with a restart of the server: look before each use.
    return sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_S})


def _sqlite(url: URL, label: str, create: bool) -> Engine:
    path = Path(url.database or "").absolute()
    if url.database in (None, "", ":memory:"):
        raise BadInput(f"The directory address {label!r} names no file.")
    try:
        _look_at(path, create=create)
    except OSError as error:
        raise Unavailable(
            f"The directory {path} cannot be looked at ({error.strerror}); check its folder's "
            "permissions, or run this as the user who owns it."
        ) from None
    with suppress(OSError):  # SQLite says what is wrong, below
        path.touch(mode=0o600)  # salts and hashes are for the owner; the log follows this mode
    engine = sa.create_engine(
        url.set(database=str(path)), connect_args={"timeout": BUSY_S, "isolation_level": None}
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _look_at(path: Path, *, create: bool) -> None:
    try:
        kind = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        kind = 0
    if stat.S_ISDIR(kind):
        raise BadInput(f"The directory {path} is a folder; it must be a file.")
    if not create and not kind:
        raise NoDirectory(f"There is no directory at {path} yet; run `balise init`.")
    if not path.parent.is_dir():
        raise BadInput(f"The folder {path.parent} does not exist; create it, or run `balise init`.")


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    """Pragmas last as long as the connection, except WAL, which stays with the file."""
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # A deleted salt must be gone from the file, not only from the table.
    connection.execute("PRAGMA secure_delete = ON")


def _begin(conn: Connection) -> None:
    # isolation_level=None above keeps the sqlite3 module from opening transactions of its own.
    writes = conn.get_execution_options().get(_WRITES, False)
    conn.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writes else 'ON'}")
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_SQLITE_SENTENCES: tuple[tuple[str, type[BaliseError], str], ...] = (
    ("not a database", BadInput, "The directory {label} is a file of another kind."),
    ("readonly", Unavailable, "The directory {label} cannot be written; check its permissions."),
    ("unable to open", Unavailable, "The directory {label} cannot be opened; check its folder."),
    ("locked", Unavailable, "The directory {label} is busy with another write; try again."),
    ("full", Unavailable, "The disk of the directory {label} is full; make room."),
    ("disk I/O", Unavailable, "The disk of the directory {label} fails; check it."),
    ("malformed", Unavailable, "The directory {label} is damaged; restore it from a backup."),
)


def _sentence(error: DBAPIError, label: str) -> BaliseError | None:
    """What a person can do about it, or None when the mistake is ours."""
    told = str(error.orig)
    if isinstance(error.orig, sqlite3.Error):
        for words, kind, sentence in _SQLITE_SENTENCES:
            if words in told:
                return kind(sentence.format(label=label))
    elif isinstance(error, sa.exc.OperationalError):
        reason = told.strip().splitlines()[0].rstrip(".")
        return Unavailable(f"The directory {label} cannot be used: {reason}.")
    return None
