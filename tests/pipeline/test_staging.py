"""The statements of a swap, as the engine itself understands them."""

from datetime import date

from pipeline.staging import (
    arrived,
    carried,
    cleared,
    emptied,
    exchanged,
    named,
    replaced_rows,
    staged,
    system_table,
)
from schema.store.address import parse

ALONE = parse("chdb:////srv/events")
CLUSTER = parse("clickhouse://anne:s3cret@h/stats?cluster=main-2")
DAYS = [date(2026, 11, 3), date(2026, 11, 1)]


def every_statement(address):
    yield from cleared(["visits"], address)
    yield from named(address)
    yield from arrived("rollup_cells", address)
    yield from staged("visits", address)
    yield carried("visits", 202611, address)
    yield emptied("visits", 202611, DAYS, address)
    yield from exchanged("visits", address)


def test_one_server_does_it_in_its_own_tables(parsed):
    assert [parsed(each) for each in every_statement(ALONE)] == [
        "DROP TABLE IF EXISTS visits_staging",
        "DROP TABLE IF EXISTS rollup_cells",
        "CREATE TABLE IF NOT EXISTS rollup_cells (card String, day Date)"
        " ENGINE = MergeTree ORDER BY (card, day)",
        "CREATE TABLE visits_staging AS visits",
        "ALTER TABLE visits_staging (ATTACH PARTITION ID '202611' FROM visits)",
        "DELETE FROM visits_staging WHERE (toYYYYMM(day) = 202611)"
        " AND ((day >= '2026-11-01') AND (day <= '2026-11-03'))"
        " AND ((card, day) IN (SELECT card, day FROM rollup_cells))",
        "EXCHANGE TABLES visits AND visits_staging",
    ]


def test_a_cluster_does_it_on_every_node_in_the_tables_that_hold_the_rows(parsed):
    assert [parsed(each) for each in every_statement(CLUSTER)] == [
        "DROP TABLE IF EXISTS visits_staging ON CLUSTER main-2",
        "DROP TABLE IF EXISTS visits_staging_local ON CLUSTER main-2",
        "DROP TABLE IF EXISTS rollup_cells ON CLUSTER main-2",
        "DROP TABLE IF EXISTS rollup_cells_local ON CLUSTER main-2",
        "CREATE TABLE IF NOT EXISTS rollup_cells_local ON CLUSTER main-2 (card String, day Date)"
        " ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')"
        " ORDER BY (card, day)",
        "CREATE TABLE IF NOT EXISTS rollup_cells ON CLUSTER main-2 AS rollup_cells_local"
        " ENGINE = Distributed('main-2', 'stats', rollup_cells_local, cityHash64(card))",
        "SYSTEM SYNC REPLICA ON CLUSTER main-2 rollup_cells_local",
        "CREATE TABLE visits_staging_local ON CLUSTER main-2 AS visits_local",
        "CREATE TABLE visits_staging ON CLUSTER main-2 AS visits_staging_local"
        " ENGINE = Distributed('main-2', 'stats', visits_staging_local, cityHash64(card))",
        "ALTER TABLE visits_staging_local ON CLUSTER main-2"
        " (ATTACH PARTITION ID '202611' FROM visits_local)",
        "DELETE FROM visits_staging_local ON CLUSTER main-2 WHERE (toYYYYMM(day) = 202611)"
        " AND ((day >= '2026-11-01') AND (day <= '2026-11-03'))"
        " AND ((card, day) IN (SELECT card, day FROM rollup_cells_local))",
        "SYSTEM SYNC REPLICA ON CLUSTER main-2 visits_staging_local",
        "EXCHANGE TABLES visits_local AND visits_staging_local ON CLUSTER main-2",
    ]


def test_rows_are_looked_for_by_the_cells_that_are_on_their_node():
    assert replaced_rows(DAYS, CLUSTER).endswith("FROM rollup_cells_local)")


def test_parts_are_those_of_all_nodes():
    assert system_table("parts", ALONE) == "system.parts"
    assert system_table("parts", CLUSTER) == "clusterAllReplicas('main-2', system.parts)"
