"""The tables of the event store: cloned in an instant, copied piece by piece, and put back.

A clone links the files of its table, so it costs no room and no time, and does not change while
events go on coming in. It does not merge either, so its parts keep their names and a piece is a run
of rows of one part: memory is bounded, here and in the server that answers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from schema.errors import Unavailable
from schema.store import EventStore

CLONE_PREFIX = "backup_"
PIECE_ROWS = 250_000
MADE_ANEW = frozenset({"migrations"})
"""Written by `migrate` when an archive is restored."""

_TABLES = """\
SELECT name, engine FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND NOT endsWith(name, '_staging')
ORDER BY name
"""
_PARTS = "SELECT _part, count(), max(_part_offset) + 1 FROM {table} GROUP BY _part ORDER BY _part"
_PIECE = """\
SELECT * FROM {table}
WHERE _part = {{part:String}} AND _part_offset >= {{first:UInt64}} AND _part_offset < {{end:UInt64}}
"""
_BYTES = """\
SELECT sum(bytes_on_disk) FROM system.parts WHERE database = currentDatabase() AND active
"""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    engine: str

    @property
    def clone(self) -> str:
        return CLONE_PREFIX + self.name

    @property
    def final(self) -> str:
        """Where rows that add up are merged at some time, they are counted as if they were."""
        return " FINAL" if "Summing" in self.engine else ""


@dataclass(frozen=True, slots=True)
class Piece:
    rows: int
    parquet: bytes


def every(store: EventStore) -> list[Table]:
    return [each for each in _tables(store) if not each.name.startswith(CLONE_PREFIX)]


@contextmanager
def clones(store: EventStore, tables: Sequence[Table]) -> Iterator[None]:
    try:
        for table in tables:
            store.run(f"CREATE TABLE {table.clone} CLONE AS {table.name}")
            store.run(f"SYSTEM STOP MERGES {table.clone}")
        yield
    finally:
        drop_clones(store)


def drop_clones(store: EventStore) -> None:
    """Those of a backup that was killed too: they would keep what retention deletes."""
    for table in _tables(store):
        if table.name.startswith(CLONE_PREFIX):
            store.run(f"DROP TABLE {table.name} SYNC")


def pieces(store: EventStore, table: Table) -> Iterator[Piece]:
    """All rows of a table's clone."""
    for part, rows, end in store.rows(_PARTS.format(table=table.clone)):
        copied = 0
        for first in range(0, end, PIECE_ROWS):
            asked = {"part": part, "first": first, "end": first + PIECE_ROWS}
            parquet = store.dump(_PIECE.format(table=table.clone), asked)
            piece = Piece(_rows_of(parquet), parquet)
            copied += piece.rows
            yield piece
        if copied != rows:
            raise Unavailable(f"The copy of {table.name} has {copied} rows of {rows}; try again.")


@contextmanager
def filling(store: EventStore, tables: Sequence[Table]) -> Iterator[None]:
    """Nothing is merged away, by age for instance, before it has been counted."""
    for table in tables:
        store.run(f"SYSTEM STOP MERGES {table.name}")
    try:
        yield
    finally:
        for table in tables:
            store.run(f"SYSTEM START MERGES {table.name}")


def count(store: EventStore, table: Table, *, clone: bool = False) -> int:
    name = table.clone if clone else table.name
    [(rows,)] = store.rows(f"SELECT count() FROM {name}{table.final}")
    return int(rows)


def stored_bytes(store: EventStore) -> int:
    [(size,)] = store.rows(_BYTES)
    return int(size or 0)


def _tables(store: EventStore) -> list[Table]:
    found = [Table(name, engine) for name, engine in store.rows(_TABLES)]
    return [each for each in found if each.name not in MADE_ANEW]


def _rows_of(parquet: bytes) -> int:
    import polars as pl

    return int(pl.scan_parquet(BytesIO(parquet)).select(pl.len()).collect().item())
