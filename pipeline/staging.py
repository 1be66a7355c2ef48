"""The statements of a swap, for one server and for a cluster: pure.

On a cluster the rows of a table are in a local one on each node (`schema/ddl.py`). So are those of
its staging table, which has a path of its own in the keeper, for the path holds the table's uuid.
New rows go in through an entrance that sends each to the node that has its card. Cells lie on the
same node as their card, so each node deletes by the cells it has.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from schema.ddl import SHARD_BY, on_cluster, statements, stored_table
from schema.store.address import Address

CELLS_TABLE = "rollup_cells"

_LAYOUT = {"card_days": " SETTINGS index_granularity = 1024"}
"""What a table is read in pieces of cannot be altered; a staging table may have its own, and the
live one has it from the first swap on. Parts that were there before take it on as they are
rewritten."""

_CELLS = f"""\
CREATE TABLE IF NOT EXISTS {CELLS_TABLE}
(
    card  String,
    day   Date
)
ENGINE = MergeTree
ORDER BY (card, day)
"""


def staging(table: str) -> str:
    return f"{table}_staging"


def cleared(tables: Iterable[str], address: Address) -> Iterator[str]:
    """Takes away what this swap has made, or what a killed one has left."""
    for name in (*map(staging, tables), CELLS_TABLE):
        for each in dict.fromkeys((name, stored_table(name, address))):
            yield f"DROP TABLE IF EXISTS {each}{on_cluster(address)}"


def named(address: Address) -> tuple[str, ...]:
    """Makes the table for the cells."""
    return statements(_CELLS, address)


def arrived(table: str, address: Address) -> tuple[str, ...]:
    """Waits until every replica has what was inserted."""
    stored = stored_table(table, address)
    return (f"SYSTEM SYNC REPLICA{on_cluster(address)} {stored}",) if address.cluster else ()


def staged(table: str, address: Address) -> Iterator[str]:
    """Makes the staging table, empty."""
    new, everywhere = stored_table(staging(table), address), on_cluster(address)
    layout = _LAYOUT.get(table, "")
    yield f"CREATE TABLE {new}{everywhere} AS {stored_table(table, address)}{layout}"
    if address.cluster:
        yield (
            f"CREATE TABLE {staging(table)}{everywhere} AS {new}\n"
            f"ENGINE = Distributed('{address.cluster}', '{address.database}', {new}, {SHARD_BY})"
        )


def carried(table: str, month: int, address: Address) -> str:
    """Gives the staging table a month of the live one, by links to the same files."""
    new, live = stored_table(staging(table), address), stored_table(table, address)
    everywhere = on_cluster(address)
    return f"ALTER TABLE {new}{everywhere} ATTACH PARTITION ID '{month}' FROM {live}"


def emptied(table: str, month: int, days: Sequence[date], address: Address) -> str:
    """Deletes the cells from it."""
    new, where = stored_table(staging(table), address), replaced_rows(days, address)
    return f"DELETE FROM {new}{on_cluster(address)} WHERE toYYYYMM(day) = {month} AND {where}"


def exchanged(table: str, address: Address) -> tuple[str, ...]:
    """Makes the staging table the live one."""
    live, new = stored_table(table, address), stored_table(staging(table), address)
    swap = f"EXCHANGE TABLES {live} AND {new}{on_cluster(address)}"
    return (*arrived(staging(table), address), swap)


def replaced_rows(days: Sequence[date], address: Address) -> str:
    """A set from a table is looked up ten times as fast as an array in the statement. Days are
    compared first, so a run of one day looks up that day's rows only, whatever its month holds."""
    return (
        f"day BETWEEN '{min(days)}' AND '{max(days)}'"
        f" AND (card, day) IN (SELECT card, day FROM {stored_table(CELLS_TABLE, address)})"
    )


def system_table(name: str, address: Address) -> str:
    """What the engine tells of stored tables, on whichever node they are."""
    if address.cluster:
        return f"clusterAllReplicas('{address.cluster}', system.{name})"
    return f"system.{name}"
