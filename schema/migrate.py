"""Brings an event store's tables to what this code expects.

Numbered `.sql` files, applied in order and written down in `migrations` with their checksum. A file
is never edited once released: a change is another file. There is no lock: every statement can be
repeated (`schema/ddl.py` sees to it) and a file is written down once under its own token, so two
processes that migrate at the same time end with the same tables and the same list.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from schema import ddl
from schema.errors import BaliseError
from schema.store import EventStore
from schema.store.address import Address

FOLDER = Path(__file__).parent / "migrations" / "events"

_FILE_NAME = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.sql")

LEDGER_DDL = """
CREATE TABLE IF NOT EXISTS migrations
(
    version   UInt32,
    name      String,
    checksum  String,
    at        DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY version
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    non_replicated_deduplication_window = 10000,
    replicated_deduplication_window = 10000,
    replicated_deduplication_window_seconds = 604800
"""


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.version:04} {self.name}"


def pending(
    store: EventStore, address: Address, migrations: tuple[Migration, ...] | None = None
) -> list[str]:
    """What `migrate` would apply, by number and name. Changes nothing."""
    return [str(each) for each in _pending(store, address, migrations or released())]


def migrate(
    store: EventStore, address: Address, migrations: tuple[Migration, ...] | None = None
) -> list[str]:
    """Applies what is pending and tells it, by number and name."""
    due = _pending(store, address, migrations or released())
    for statement in ddl.statements(LEDGER_DDL, address) if due else ():
        store.run(statement)
    for migration in due:
        for statement in ddl.statements(migration.sql, address):
            store.run(statement)
        _write_down(store, migration)
    return [str(each) for each in due]


@lru_cache(maxsize=1)
def released() -> tuple[Migration, ...]:
    return tuple(
        Migration(int(found["version"]), found["name"], path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.sql"))
        if (found := _FILE_NAME.fullmatch(path.name))
    )


def _pending(
    store: EventStore, address: Address, migrations: tuple[Migration, ...]
) -> list[Migration]:
    applied = _applied(store)
    newest = migrations[-1].version
    if applied and max(applied) > newest:
        raise BaliseError(
            f"The event store {store.label} is at version {max(applied)}, but this program only "
            f"knows {newest}; install the newer Balise that wrote it."
        )
    for migration in migrations:
        if applied.get(migration.version, migration.checksum) != migration.checksum:
            raise BaliseError(
                f"The migration {migration} is not the file that the event store {store.label} was "
                "made with; put the released file back and make the change in a new one."
            )
    return [each for each in migrations if each.version not in applied]


def _applied(store: EventStore) -> dict[int, str]:
    if store.rows("EXISTS TABLE migrations") == [(0,)]:
        return {}
    return dict(store.rows("SELECT version, checksum FROM migrations"))


def _write_down(store: EventStore, migration: Migration) -> None:
    import polars as pl

    row = {
        "version": [migration.version],
        "name": [migration.name],
        "checksum": [migration.checksum],
        "at": [datetime.now(UTC)],
    }
    store.insert("migrations", pl.DataFrame(row), token=f"migration {migration}")
