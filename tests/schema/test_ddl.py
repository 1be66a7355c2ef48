"""The DDL as the engine itself understands it: every statement is parsed by ClickHouse."""

import re

import pytest

from schema.ddl import on_cluster, statements, stored_table
from schema.migrate import LEDGER_DDL, released
from schema.store.address import parse

PLAIN = parse("chdb:////srv/events")
SINGLE = parse("clickhouse://anne:s3cret@h/stats")
CLUSTER = parse("clickhouse://anne:s3cret@h/stats?cluster=main-2")

TABLE = """
-- A comment; with a semicolon.
CREATE TABLE IF NOT EXISTS things
(
    card  LowCardinality(String),  -- of whom
    day   Date
)
ENGINE = ReplacingMergeTree(day)
ORDER BY card
SETTINGS fsync_after_insert = 1;
"""


def columns(text):
    return re.search(r"\((.*?)\) ENGINE", text)[1]


@pytest.mark.parametrize("address", [PLAIN, SINGLE])
def test_without_a_cluster_a_file_is_what_it_says(address, parsed):
    (made,) = statements(TABLE, address)

    assert parsed(made) == (
        "CREATE TABLE IF NOT EXISTS things (card LowCardinality(String), day Date) "
        "ENGINE = ReplacingMergeTree(day) ORDER BY card SETTINGS fsync_after_insert = 1"
    )


def test_on_a_cluster_a_table_is_replicated_in_its_shard_and_distributed_by_card(parsed):
    local, distributed = statements(TABLE, CLUSTER)

    assert parsed(local) == (
        "CREATE TABLE IF NOT EXISTS things_local ON CLUSTER main-2"
        " (card LowCardinality(String), day Date) ENGINE = "
        "ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', day)"
        " ORDER BY card SETTINGS fsync_after_insert = 1"
    )
    assert parsed(distributed) == (
        "CREATE TABLE IF NOT EXISTS things ON CLUSTER main-2 AS things_local"
        " ENGINE = Distributed('main-2', 'stats', things_local, cityHash64(card))"
    )


def test_a_table_without_cards_is_whole_on_every_node(parsed):
    (made,) = statements(LEDGER_DDL, CLUSTER)

    text = parsed(made)
    assert text.startswith("CREATE TABLE IF NOT EXISTS migrations ON CLUSTER main-2 (version ")
    assert "ReplicatedMergeTree('/clickhouse/tables/{uuid}/all', '{shard}-{replica}')" in text


@pytest.mark.parametrize(
    "change",
    [
        "ADD COLUMN IF NOT EXISTS more UInt8 AFTER day",
        "DROP COLUMN IF EXISTS day",
        "MODIFY COLUMN IF EXISTS day Date32",
    ],
)
def test_a_change_of_columns_goes_to_the_rows_first_and_then_to_the_entrance(change, parsed):
    sql = f"ALTER TABLE things {change};"

    assert statements(sql, PLAIN) == (f"ALTER TABLE things {change}",)
    local, distributed = map(parsed, statements(sql, CLUSTER))
    assert local.startswith("ALTER TABLE things_local ON CLUSTER main-2 (")
    assert distributed.startswith("ALTER TABLE things ON CLUSTER main-2 (")


def test_a_setting_is_of_the_table_that_holds_the_rows(parsed):
    sql = "ALTER TABLE things MODIFY SETTING min_bytes_for_wide_part = 1;"

    assert statements(sql, PLAIN) == (sql.removesuffix(";"),)
    [local] = map(parsed, statements(sql, CLUSTER))
    assert local.startswith("ALTER TABLE things_local ON CLUSTER main-2 (MODIFY SETTING")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE things (card String) ENGINE = MergeTree ORDER BY card",
        "ALTER TABLE things ADD COLUMN more UInt8",
        "ALTER TABLE things DELETE WHERE 1",
        "DROP TABLE IF EXISTS things",
        "INSERT INTO things VALUES (1)",
    ],
)
def test_what_cannot_be_repeated_or_is_not_ddl_is_refused(sql):
    with pytest.raises(ValueError, match="in a way that can be repeated"):
        statements(sql, PLAIN)


def test_partitions_are_given_to_the_table_that_holds_the_rows():
    assert stored_table("card_days", PLAIN) == "card_days"
    assert stored_table("card_days", CLUSTER) == "card_days_local"
    assert on_cluster(PLAIN) == ""
    assert on_cluster(CLUSTER) == " ON CLUSTER 'main-2'"


@pytest.mark.parametrize("migration", released(), ids=str)
def test_every_released_statement_means_the_same_on_a_cluster(migration, parsed):
    for plain in statements(migration.sql, PLAIN):
        text, made = parsed(plain), list(map(parsed, statements(plain, CLUSTER)))
        if text.startswith("ALTER TABLE"):
            _, _, table, change = text.split(maxsplit=3)
            entrance = [] if "MODIFY SETTING" in change else [table]
            assert made == [
                f"ALTER TABLE {name} ON CLUSTER main-2 {change}"
                for name in (f"{table}_local", *entrance)
            ]
            continue
        local, distributed = made
        table = text.split()[5]
        assert columns(local) == columns(text)
        assert f" {table}_local ON CLUSTER main-2 (" in local
        family = re.search(r"ENGINE = (\w*)MergeTree", text)[1]
        path = "/clickhouse/tables/{uuid}/{shard}"
        assert f" ENGINE = Replicated{family}MergeTree('{path}'" in local
        assert local.partition("PARTITION BY")[2] == text.partition("PARTITION BY")[2]
        assert f"Distributed('main-2', 'stats', {table}_local, cityHash64(card))" in distributed
        assert "s3cret" not in local + distributed


@pytest.mark.parametrize("migration", released(), ids=str)
def test_every_released_table_is_durable(migration, parsed):
    texts = map(parsed, statements(migration.sql, PLAIN))
    for text in (each for each in texts if each.startswith("CREATE TABLE")):
        assert "fsync_after_insert = 1" in text
        assert "fsync_part_directory = 1" in text


def test_events_remember_the_tokens_of_their_batches(parsed):
    (events,) = statements(released()[0].sql, PLAIN)

    assert re.search(r"non_replicated_deduplication_window = [1-9]\d{3}", parsed(events))
    assert re.search(r"[ ,]replicated_deduplication_window = [1-9]\d{3}", parsed(events))
