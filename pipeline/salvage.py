"""What can be read of a spool that was set aside comes back, as a spool without a collector.

A damaged page takes some rows with it; those before it are read forwards, those after it backwards.
The counters come along, so the ledger tells what is lost. A shipment that was under way is begun
anew: what of it was stored is then counted as a duplicate.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import structlog

from schema.spooled import SPOOL_SUFFIX, UNREADABLE_SUFFIX, open_spool

_DONE_SUFFIX = ".salvaged"
_DRAFT_SUFFIX = ".draft"
_TABLES = (
    ("batches", "id", 4),
    ("counters", "day, card, reason", 4),
    ("flushes", "rowid", 5),
)
"""Name, order and number of columns."""

log = structlog.get_logger()


def salvage(aside: Path) -> None:
    """Once for each file; an empty one only asks its collector to set the real one aside."""
    done = aside.with_name(aside.name + _DONE_SUFFIX)
    if done.exists() or not aside.stat().st_size:
        return
    draft = aside.with_name(aside.name + _DRAFT_SUFFIX)
    draft.unlink(missing_ok=True)
    try:
        rows = _copy(aside, draft)
    except sqlite3.Error as error:
        log.error("spool_lost", spool=aside.name, error=str(error))
    else:
        log.warning("spool_salvaged", spool=aside.name, rows=rows)
        name = aside.name.removesuffix(SPOOL_SUFFIX + UNREADABLE_SUFFIX)
        draft.rename(aside.with_name(f"{name}-salvaged{SPOOL_SUFFIX}"))
    done.touch()


def _copy(aside: Path, draft: Path) -> int:
    rows = 0
    with closing(sqlite3.connect(aside)) as damaged, closing(open_spool(draft)) as sound:
        sound.execute("BEGIN")
        for table, order, columns in _TABLES:
            places = ", ".join("?" * columns)
            for row in _readable(damaged, table, order):
                sound.execute(f"INSERT INTO {table} VALUES ({places})", row)
                rows += 1
        sound.execute("COMMIT")
    return rows


def _readable(damaged: sqlite3.Connection, table: str, order: str) -> Iterator[tuple[object, ...]]:
    columns = [column.strip() for column in order.split(",")]
    for direction in ("ASC", "DESC"):
        sorting = ", ".join(f"{column} {direction}" for column in columns)
        try:
            yield from damaged.execute(f"SELECT * FROM {table} ORDER BY {sorting}")
        except sqlite3.DatabaseError:
            continue
        return
