"""Replaces the figures of some (card, day) cells: readers see the old table or the new, never half.

Each table gets a staging table with links to the same files, out of which the cells are deleted.
New rows are added to it, in as many pieces as memory wants. Then the two exchange names, in one
step of the file system. Killed before it, the old figures stand; killed after it, the new ones do;
either way the next swap begins by dropping what is left.

REPLACE PARTITION would touch one month only, but the engine keeps the replaced files on the disk
for a moment: killed in that moment, it comes back with the old rows and the new ones together.

Two swaps at a time would undo each other: the caller holds the lease (`roll.py`).

On a cluster each step is run on every node (`staging.py` has the statements), so a reader may see
one node's new figures beside another's old ones for as long as the nodes take to exchange names.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import polars as pl

from pipeline.frames import CELLS, checked
from pipeline.rollups import TABLES
from pipeline.staging import (
    CELLS_TABLE,
    arrived,
    carried,
    cleared,
    emptied,
    exchanged,
    named,
    replaced_rows,
    staged,
    staging,
    system_table,
)
from schema.ddl import stored_table
from schema.store import EventStore
from schema.store.address import Address, parse

Put = Callable[[Mapping[str, pl.DataFrame]], None]
"""Adds rows, by table. Several threads may."""

_ENGINE = """\
SELECT engine_full FROM system.tables
WHERE database = currentDatabase() AND name = {table:String}
"""
_DISTRIBUTED = re.compile(r"Distributed\('(?P<cluster>[^']+)', '(?P<database>[^']+)'")

_MONTHS = """\
SELECT DISTINCT toUInt32OrZero(partition_id) FROM {parts}
WHERE database = currentDatabase() AND table = {{table:String}} AND active
"""


@contextmanager
def replaced(store: EventStore, cells: pl.DataFrame) -> Iterator[Put]:
    """What is put within the block is, after it, all that the tables hold for `cells`."""
    address, days = address_of(store), cells["day"].unique().to_list()
    try:
        _run(store, cleared(TABLES, address))
        _name_cells(store, cells, address)
        for table in TABLES:
            _stage(store, table, days, address)
        yield lambda rows: _put(store, rows)
        for table in TABLES:
            _run(store, exchanged(table, address))
    finally:
        _run(store, cleared(TABLES, address))


def address_of(store: EventStore) -> Address:
    """As far as a swap must know: whether the tables are spread over a cluster. They say it."""
    [(engine,)] = store.rows(_ENGINE, {"table": next(iter(TABLES))})
    if found := _DISTRIBUTED.match(engine):
        return parse(f"clickhouse://here/{found['database']}?cluster={found['cluster']}")
    return parse("chdb:///here")


def _name_cells(store: EventStore, cells: pl.DataFrame, address: Address) -> None:
    _run(store, named(address))
    rows = checked(cells.lazy(), CELLS).collect()
    store.insert(CELLS_TABLE, rows, token=secrets.token_hex(16))
    _run(store, arrived(CELLS_TABLE, address))


def _stage(store: EventStore, table: str, days: Sequence[date], address: Address) -> None:
    _run(store, staged(table, address))
    touched = _touched(store, table, days, address)
    months = _MONTHS.format(parts=system_table("parts", address))
    for (month,) in store.rows(months, {"table": stored_table(table, address)}):
        gone, kept = touched.get(month, (0, 1))
        if kept:
            store.run(carried(table, month, address))
        if kept and gone:
            store.run(emptied(table, month, days, address))


def _touched(
    store: EventStore, table: str, days: Sequence[date], address: Address
) -> dict[int, tuple[int, int]]:
    """Per month: how many rows are replaced, and how many are kept."""
    months = sorted({int(f"{day:%Y%m}") for day in days})
    held = (
        f"SELECT toYYYYMM(day) AS month, count() FROM {table}"
        " WHERE month IN {months:Array(UInt32)}"
    )
    these = replaced_rows(days, address)
    every = dict(store.rows(f"{held} GROUP BY month", {"months": months}))
    gone = dict(store.rows(f"{held} AND {these} GROUP BY month", {"months": months}))
    return {month: (gone.get(month, 0), rows - gone.get(month, 0)) for month, rows in every.items()}


def _put(store: EventStore, rows: Mapping[str, pl.DataFrame]) -> None:
    for table, frame in rows.items():
        if not frame.is_empty():
            store.insert(staging(table), frame, token=secrets.token_hex(16))


def _run(store: EventStore, statements: Iterable[str]) -> None:
    for statement in statements:
        store.run(statement)
