"""Replaces the figures of some (card, day) cells: readers see the old table or the new, never half.

Each table gets a staging table with links to the same files, out of which the cells are deleted.
New rows are added to it, in as many pieces as memory wants. Then the two exchange names, in one
step of the file system. Killed before it, the old figures stand; killed after it, the new ones do;
either way the next swap begins by dropping what is left.

REPLACE PARTITION would touch one month only, but the engine keeps the replaced files on the disk
for a moment: killed in that moment, it comes back with the old rows and the new ones together.

Two swaps at a time would undo each other: the caller holds the lease (`roll.py`).
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import polars as pl

from pipeline.frames import CELLS, checked
from pipeline.rollups import TABLES
from schema.errors import BadInput
from schema.store import EventStore

Put = Callable[[Mapping[str, pl.DataFrame]], None]
"""Adds rows, by table. Several threads may."""

_CELLS = "rollup_cells"

# A set from a table is looked up ten times as fast as an array in the statement. Days are compared
# first, so a run of one day looks up that day's rows only, whatever its month holds.
_REPLACED = f"""\
day BETWEEN (SELECT min(day) FROM {_CELLS}) AND (SELECT max(day) FROM {_CELLS})
AND (card, day) IN (SELECT card, day FROM {_CELLS})"""

_MONTHS = """\
SELECT DISTINCT toUInt32OrZero(partition_id) FROM system.parts
WHERE database = currentDatabase() AND table = {table:String} AND active
"""


_SPREAD = """\
SELECT count() FROM system.tables
WHERE database = currentDatabase() AND name IN {tables:Array(String)} AND engine = 'Distributed'
"""


@contextmanager
def replaced(store: EventStore, cells: pl.DataFrame) -> Iterator[Put]:
    """What is put within the block is, after it, all that the tables hold for `cells`."""
    _refuse_cluster(store)
    months = cells["day"].dt.strftime("%Y%m").cast(pl.UInt32).unique().to_list()
    try:
        _name_cells(store, cells)
        for table in TABLES:
            _stage(store, table, months)
        yield lambda rows: _put(store, rows)
        for table in TABLES:
            store.run(f"EXCHANGE TABLES {table} AND {_staging(table)}")
    finally:
        for leftover in (*map(_staging, TABLES), _CELLS):
            store.run(f"DROP TABLE IF EXISTS {leftover}")


def _refuse_cluster(store: EventStore) -> None:
    """A copy of a distributed table leads to the same rows: they would be there twice."""
    if store.rows(_SPREAD, {"tables": list(TABLES)})[0][0]:
        raise BadInput(
            "Figures cannot be computed ahead on a cluster yet; pages compute them from events. "
            "Use one ClickHouse server, without cluster= in its address."
        )


def _name_cells(store: EventStore, cells: pl.DataFrame) -> None:
    store.run(f"DROP TABLE IF EXISTS {_CELLS}")
    store.run(f"CREATE TABLE {_CELLS} (card String, day Date) ENGINE = Memory")
    store.insert(_CELLS, checked(cells.lazy(), CELLS).collect(), token=secrets.token_hex(16))


def _stage(store: EventStore, table: str, months: list[int]) -> None:
    staging = _staging(table)
    store.run(f"DROP TABLE IF EXISTS {staging}")
    store.run(f"CREATE TABLE {staging} AS {table}")
    touched = _touched(store, table, months)
    for (month,) in store.rows(_MONTHS, {"table": table}):
        replaced, kept = touched.get(month, (0, 1))
        if kept:
            store.run(f"ALTER TABLE {staging} ATTACH PARTITION ID '{month}' FROM {table}")
        if kept and replaced:
            where = f"toYYYYMM(day) = {month} AND {_REPLACED}"
            store.run(f"DELETE FROM {staging} WHERE {where}")


def _touched(store: EventStore, table: str, months: list[int]) -> dict[int, tuple[int, int]]:
    """Per month: how many rows are replaced, and how many are kept."""
    held = (
        f"SELECT toYYYYMM(day) AS month, count() FROM {table}"
        " WHERE month IN {months:Array(UInt32)}"
    )
    every = dict(store.rows(f"{held} GROUP BY month", {"months": months}))
    gone = dict(store.rows(f"{held} AND {_REPLACED} GROUP BY month", {"months": months}))
    return {month: (gone.get(month, 0), rows - gone.get(month, 0)) for month, rows in every.items()}


def _put(store: EventStore, rows: Mapping[str, pl.DataFrame]) -> None:
    for table, frame in rows.items():
        if not frame.is_empty():
            store.insert(_staging(table), frame, token=secrets.token_hex(16))


def _staging(table: str) -> str:
    return f"{table}_staging"
