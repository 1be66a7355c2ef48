"""Replaces the figures of some (card, day) cells: readers see the old table or the new, never half.

A staging table gets the months that are not concerned (as links to the same files) and the
concerned months with their untouched rows and the new ones. Then the two tables exchange names, in
one step of the file system. Killed before it, the old figures stand; killed after it, the new ones
do; either way the next swap begins by dropping the staging table.

REPLACE PARTITION would touch one month only, but the engine keeps the replaced files on the disk
for a moment: killed in that moment, it comes back with the old rows and the new ones together.

Two swaps of one table at a time would undo each other: the caller holds the lease (`roll.py`).
"""

import secrets
from collections.abc import Sequence

import polars as pl

from pipeline.frames import CELLS, checked
from pipeline.rollups import Rollup
from schema.store import EventStore

_MONTHS = """\
SELECT DISTINCT partition_id FROM system.parts
WHERE database = currentDatabase() AND table = {table:String} AND active
"""


def replace_cells(
    store: EventStore, rollup: Rollup, cells: pl.DataFrame, rows: pl.DataFrame
) -> None:
    """Makes `rows` all that the table holds for `cells`."""
    months = sorted({f"{day:%Y%m}" for day in cells["day"].unique()})
    old = _rows_of(store, rollup, months)
    new = merged(old, cells, rows)
    if not new.equals(old):
        _exchange(store, rollup.table, months, new)


def merged(old: pl.DataFrame, cells: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The old rows outside the cells and the new ones, in an order that depends on neither."""
    kept = old.join(cells, on=list(CELLS), how="anti")
    return pl.concat([kept, rows]).sort(pl.all())


def _rows_of(store: EventStore, rollup: Rollup, months: Sequence[str]) -> pl.DataFrame:
    held = store.frame(
        f"SELECT * FROM {rollup.table} WHERE toYYYYMM(day) IN {{months:Array(UInt32)}}",
        {"months": [int(month) for month in months]},
    )
    return checked(held.lazy(), rollup.columns).sort(pl.all()).collect()


def _exchange(store: EventStore, table: str, months: Sequence[str], new: pl.DataFrame) -> None:
    staging = f"{table}_staging"
    store.run(f"DROP TABLE IF EXISTS {staging}")
    store.run(f"CREATE TABLE {staging} AS {table}")
    for (month,) in store.rows(_MONTHS, {"table": table}):
        if month not in months:
            store.run(f"ALTER TABLE {staging} ATTACH PARTITION ID '{month}' FROM {table}")
    if not new.is_empty():
        store.insert(staging, new, token=secrets.token_hex(16))
    store.run(f"EXCHANGE TABLES {table} AND {staging}")
    store.run(f"DROP TABLE {staging}")
