"""Replaces the figures of some (card, day) cells: readers see the old month or the new, never half.

A month's untouched rows and the new ones are put together in a staging table, whose partition then
takes the place of the old one in a single step. Killed before that step, the old figures stand and
the next run begins with a fresh staging table; killed after it, the new ones stand.

Two swaps of one month at a time would undo each other: the caller holds the lease (`roll.py`).
"""

import secrets
from collections.abc import Iterator
from datetime import date

import polars as pl

from pipeline.frames import CELLS, checked
from pipeline.rollups import Rollup
from schema.store import EventStore


def replace_cells(
    store: EventStore, rollup: Rollup, cells: pl.DataFrame, rows: pl.DataFrame
) -> None:
    """Makes `rows` all that the table holds for `cells`."""
    for month, cells_of_month in _by_month(cells):
        _replace_month(store, rollup, month, cells_of_month, rows.filter(_month() == month))


def merged(old: pl.DataFrame, cells: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The old rows outside the cells and the new ones, in an order that depends on neither."""
    kept = old.join(cells, on=list(CELLS), how="anti")
    return pl.concat([kept, rows]).sort(pl.all())


def _replace_month(
    store: EventStore, rollup: Rollup, month: date, cells: pl.DataFrame, rows: pl.DataFrame
) -> None:
    table, staging = rollup.table, f"{rollup.table}_staging"
    partition = f"{month:%Y%m}"
    old = store.frame(
        f"SELECT * FROM {table} WHERE toYYYYMM(day) = {{month:UInt32}}", {"month": int(partition)}
    )
    old = checked(old.lazy(), rollup.columns).sort(pl.all()).collect()
    new = merged(old, cells, rows)
    if new.equals(old):
        return
    if new.is_empty():
        store.run(f"ALTER TABLE {table} DROP PARTITION {partition}")
        return
    store.run(f"DROP TABLE IF EXISTS {staging}")
    store.run(f"CREATE TABLE {staging} AS {table}")
    store.insert(staging, new, token=secrets.token_hex(16))
    store.run(f"ALTER TABLE {table} REPLACE PARTITION {partition} FROM {staging}")
    store.run(f"DROP TABLE {staging}")


def _by_month(cells: pl.DataFrame) -> Iterator[tuple[date, pl.DataFrame]]:
    months = checked(cells.lazy(), CELLS).select(_month()).unique().sort("day").collect()
    for month in months["day"]:
        yield month, cells.filter(_month() == month)


def _month() -> pl.Expr:
    return pl.col("day").dt.truncate("1mo")
