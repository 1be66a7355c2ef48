"""The whole directory as lines of JSON, and back: the same for SQLite and PostgreSQL, so that a
backup of one can be restored into the other.

The tables are those that are there, not those that this version knows: an older backup is put into
tables of its own time, and migrated afterwards.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from schema.directory.database import Directory
from schema.directory.upgrade import NAMES, upgrade
from schema.errors import BadInput, BaliseError

LEFT_OUT = frozenset({"alembic_version", "backfills", "export_jobs", "leases", "sessions"})
"""Leases are of processes that are gone. A session that was ended must not live again. The files
that jobs made are in no backup, and an installation that is restored computes what it needs."""
ROWS_A_TIME = 1_000

Lines = bytes
"""A table: one JSON list a line, the names of its columns in the first."""


def revision(directory: Directory) -> str:
    with directory.read() as conn:
        return str(conn.scalar(sa.text("SELECT version_num FROM alembic_version")))


def dump(directory: Directory) -> dict[str, Lines]:
    """Every table, all at one instant."""
    with directory.read() as conn:
        return {str(table.name): _lines(conn, table) for table in _tables(conn)}


def count(lines: Lines) -> int:
    return lines.count(b"\n") - 1


def make_tables(directory: Directory, at_revision: str) -> None:
    """Refuses tables that hold something, and those of a later time."""
    known = [name.partition("_")[0] for name in NAMES]
    if at_revision not in known:
        raise BaliseError(
            f"The backup has directory schema {at_revision} and this Balise knows {known[-1]} at "
            "most; install the Balise that made it, or a newer one."
        )
    upgrade(directory, to=at_revision)
    if revision(directory) != at_revision:
        raise BadInput(
            f"The directory {directory.label} has newer tables than the backup; restore into an "
            "installation that has none yet."
        )
    with directory.read() as conn:
        for table in _tables(conn):
            if conn.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                raise BadInput(
                    f"The directory {directory.label} is not empty: there are {table.name}; "
                    "restore into an empty installation."
                )


def load(directory: Directory, dumped: Mapping[str, Lines]) -> dict[str, int]:
    """All or nothing. Gives the rows of each table."""
    with directory.write() as conn:
        rows = {}
        for table in _tables(conn):
            lines = dumped.get(table.name, b"[]\n")
            rows[str(table.name)] = _put(conn, table, list(_rows(table, lines)))
            _go_on_counting(conn, table)
        return rows


def _tables(conn: Connection) -> list[sa.Table]:
    metadata = sa.MetaData()
    metadata.reflect(conn)
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def _lines(conn: Connection, table: sa.Table) -> Lines:
    encoder = msgspec.json.Encoder()
    keys = list(table.primary_key.columns)
    found = conn.execute(sa.select(table).order_by(*keys))
    return encoder.encode_lines([[*map(str, table.columns.keys())], *map(list, found)])


def _rows(table: sa.Table, lines: Lines) -> Iterator[dict[str, Any]]:
    names, *rows = map(msgspec.json.decode, lines.splitlines())
    for row in rows:
        yield {
            name: _value(table.c[name].type, value) for name, value in zip(names, row, strict=True)
        }


def _value(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """What JSON has no word for was written as text."""
    if value is None:
        return None
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    return value


def _put(conn: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
    for first in range(0, len(rows), ROWS_A_TIME):
        conn.execute(sa.insert(table), rows[first : first + ROWS_A_TIME])
    return len(rows)


def _go_on_counting(conn: Connection, table: sa.Table) -> None:
    """PostgreSQL draws numbers from a sequence, which knows nothing of those that came along."""
    key = table.autoincrement_column
    if conn.dialect.name == "postgresql" and key is not None:
        sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
        if conn.scalar(sa.select(sequence)):
            last = sa.select(sa.func.coalesce(sa.func.max(key), 0) + 1).scalar_subquery()
            conn.execute(sa.select(sa.func.setval(sequence, last, sa.false())))
