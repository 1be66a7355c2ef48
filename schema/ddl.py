"""The DDL files as statements for one store.

The files are plain ClickHouse DDL, true as they stand for the embedded engine and a single server.
For a cluster each table becomes two:

- `events_local`, replicated, which holds one shard's rows;
- `events`, distributed over it by card, which is the one that is read and written.

A table without a `card` column is small and is held whole by every node, under its own name.
Every statement can be repeated: DDL knows no transaction, so a migration that was interrupted, or
that two processes run at the same time, is run again from its first statement.
"""

import re

from schema.store.address import Address

SHARD_BY = "cityHash64(card)"

_COMMENT = re.compile(r"--[^\n]*")
_CREATE = re.compile(r"CREATE TABLE IF NOT EXISTS (?P<table>\w+)\s*\(")
_ALTER = re.compile(r"ALTER TABLE (?P<table>\w+)\s+(?P<change>.+)", re.DOTALL)
_COLUMN_CHANGE = re.compile(
    r"(ADD COLUMN IF NOT EXISTS|DROP COLUMN IF EXISTS|MODIFY COLUMN IF EXISTS)\b"
)
_SETTING_CHANGE = re.compile(r"MODIFY SETTING\b")
_ENGINE = re.compile(r"ENGINE = (?P<family>\w*)MergeTree(?:\((?P<arguments>[^)]*)\))?")
_CARD_COLUMN = re.compile(r"^\s*card\s", re.MULTILINE)


def statements(sql_text: str, address: Address) -> tuple[str, ...]:
    """The statements of a file, in order, with engines and clauses for this store."""
    plain = [each.strip() for each in _COMMENT.sub("", sql_text).split(";") if each.strip()]
    return tuple(made for each in plain for made in _for_store(each, address))


def stored_table(table: str, address: Address) -> str:
    """The table that holds the rows of a sharded table: the one to give partitions to."""
    return f"{table}_local" if address.cluster else table


def on_cluster(address: Address) -> str:
    return f" ON CLUSTER '{address.cluster}'" if address.cluster else ""


def _for_store(statement: str, address: Address) -> tuple[str, ...]:
    if create := _CREATE.match(statement):
        if not address.cluster:
            return (statement,)
        if not _CARD_COLUMN.search(statement):
            return (_replicated(statement, create["table"], "all", "{shard}-{replica}", address),)
        local = stored_table(create["table"], address)
        return (
            _replicated(statement, local, "{shard}", "{replica}", address),
            _distributed(create["table"], local, address),
        )
    if alter := _ALTER.match(statement):
        stored = stored_table(alter["table"], address)
        if _COLUMN_CHANGE.match(alter["change"]):
            tables = dict.fromkeys((stored, alter["table"]))
            return tuple(_altered(table, alter["change"], address) for table in tables)
        if _SETTING_CHANGE.match(alter["change"]):
            return (_altered(stored, alter["change"], address),)
    raise ValueError(
        "A migration may only create tables and change columns and settings, in a way that can be "
        f"repeated, not: {statement[:80]}"
    )


def _altered(table: str, change: str, address: Address) -> str:
    return f"ALTER TABLE {table}{on_cluster(address)} {change}"


def _replicated(plain: str, table: str, shard: str, replica: str, address: Address) -> str:
    """The uuid makes the path in the keeper unique, so a table can be dropped and made again."""

    def engine(found: re.Match[str]) -> str:
        rest = f", {found['arguments']}" if found["arguments"] else ""
        path = f"/clickhouse/tables/{{uuid}}/{shard}"
        return f"ENGINE = Replicated{found['family']}MergeTree('{path}', '{replica}'{rest})"

    head = f"CREATE TABLE IF NOT EXISTS {table}{on_cluster(address)}\n("
    return _ENGINE.sub(engine, _CREATE.sub(head, plain, count=1), count=1)


def _distributed(table: str, local: str, address: Address) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS {table}{on_cluster(address)} AS {local}\n"
        f"ENGINE = Distributed('{address.cluster}', '{address.database}', {local}, {SHARD_BY})"
    )
