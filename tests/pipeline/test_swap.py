import re
from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.frames import CARD_DAYS, CELLS
from pipeline.swap import replaced
from schema.errors import BaliseError

VIEWED = datetime(2026, 10, 2, 10, tzinfo=UTC)


def rows(*figures):
    """(card, day, views) each."""
    full = [(card, day, views, *[0] * 7, [], [], 0, VIEWED, 2) for card, day, views in figures]
    return pl.DataFrame(full, schema=CARD_DAYS, orient="row")


def cells(*keys):
    return pl.DataFrame(keys, schema=CELLS, orient="row")


def replace(store, figures):
    with replaced(store, cells(*[(card, day) for card, day, _ in figures])) as put:
        put({"card_days": rows(*figures)})


def empty(store, *keys):
    with replaced(store, cells(*keys)):
        pass


def held(store):
    return store.rows("SELECT card, day, views FROM card_days ORDER BY card, day")


OCTOBER, LATER, NOVEMBER = date(2026, 10, 2), date(2026, 10, 3), date(2026, 11, 1)


def test_the_cells_are_replaced_and_the_rest_of_their_month_stays(store):
    replace(store, [("a", OCTOBER, 1), ("b", OCTOBER, 2), ("a", NOVEMBER, 3)])
    replace(store, [("a", OCTOBER, 10), ("a", LATER, 11)])
    assert held(store) == [
        ("a", OCTOBER, 10),
        ("a", LATER, 11),
        ("a", NOVEMBER, 3),
        ("b", OCTOBER, 2),
    ]


def test_a_cell_without_rows_is_emptied(store):
    replace(store, [("a", OCTOBER, 1), ("b", OCTOBER, 2)])
    empty(store, ("a", OCTOBER))
    assert held(store) == [("b", OCTOBER, 2)]


def test_a_month_whose_every_cell_is_emptied_is_gone(store):
    replace(store, [("a", OCTOBER, 1), ("a", NOVEMBER, 3)])
    empty(store, ("a", OCTOBER), ("b", LATER))
    assert held(store) == [("a", NOVEMBER, 3)]


def test_emptying_what_is_empty_changes_nothing(store):
    empty(store, ("a", OCTOBER))
    assert held(store) == []


def test_rows_can_be_put_in_pieces_and_are_seen_when_all_are_there(store):
    replace(store, [("a", OCTOBER, 1)])
    with replaced(store, cells(("a", OCTOBER), ("b", OCTOBER))) as put:
        put({"card_days": rows(("a", OCTOBER, 2))})
        put({"card_days": rows(("b", OCTOBER, 3))})
        assert held(store) == [("a", OCTOBER, 1)]
    assert held(store) == [("a", OCTOBER, 2), ("b", OCTOBER, 3)]


def test_days_lie_in_small_granules_from_the_first_swap_on(store):
    for views in (1, 2):
        replace(store, [("a", OCTOBER, views)])
        [(layout,)] = store.rows("SELECT engine_full FROM system.tables WHERE name = 'card_days'")
        assert layout.count("index_granularity = 1024") == 1


def test_a_swap_that_fails_leaves_the_old_figures_and_nothing_else(store):
    replace(store, [("a", OCTOBER, 1)])
    tables = store.rows("SHOW TABLES")

    def fail_half_way():
        with replaced(store, cells(("a", OCTOBER))) as put:
            put({"card_days": rows(("a", OCTOBER, 2))})
            put({"card_hours": rows(("a", OCTOBER, 2))})

    with pytest.raises(BaliseError):
        fail_half_way()
    assert held(store) == [("a", OCTOBER, 1)]
    assert store.rows("SHOW TABLES") == tables


def test_what_a_killed_swap_left_in_the_staging_table_does_no_harm(store):
    store.run("CREATE TABLE card_days_staging AS card_days")
    store.insert("card_days_staging", rows(("z", OCTOBER, 99)), token="killed")
    replace(store, [("a", OCTOBER, 1)])
    assert held(store) == [("a", OCTOBER, 1)]
    assert store.rows("EXISTS TABLE card_days_staging") == [(0,)]


class Cluster:
    """The store, as if its tables were spread: the embedded engine knows no cluster. It keeps what
    it is told to run."""

    def __init__(self, store):
        self._store = store
        self.told = []

    def rows(self, sql, params):
        if "engine_full" in sql:
            return [("Distributed('main-2', 'stats', visits_local, cityHash64(card))",)]
        sql = sql.replace("clusterAllReplicas('main-2', system.parts)", "system.parts")
        of_one = {name: str(value).removesuffix("_local") for name, value in params.items()}
        return self._store.rows(sql.replace("_local", ""), of_one if "table" in params else params)

    def run(self, sql):
        self.told.append(sql)
        one = sql.replace(" ON CLUSTER 'main-2'", "").replace("_local", "")
        one = re.sub(r"Replicated(\w+)\([^)]*\)", r"\1", one)
        if "Distributed" not in sql and not sql.startswith("SYSTEM"):
            self._store.run(one)

    def insert(self, table, frame, *, token):
        self.told.append(f"INSERT INTO {table}")
        self._store.insert(table, frame, token=token)


def test_on_a_cluster_every_node_does_each_step_and_waits_for_rows_before_it_goes_on(store):
    replace(store, [("a", OCTOBER, 1), ("b", OCTOBER, 2)])
    cluster = Cluster(store)
    replace(cluster, [("a", OCTOBER, 10)])
    assert held(store) == [("a", OCTOBER, 10), ("b", OCTOBER, 2)]
    everywhere = " ON CLUSTER 'main-2'"
    steps = [
        told for told in cluster.told if "card_days" in told and not told.startswith("DROP TABLE")
    ]
    new, live = "card_days_staging_local", "card_days_local"
    assert [step.partition(" WHERE")[0] for step in steps] == [
        f"CREATE TABLE {new}{everywhere} AS {live} SETTINGS index_granularity = 1024",
        f"CREATE TABLE card_days_staging{everywhere} AS {new}\n"
        f"ENGINE = Distributed('main-2', 'stats', {new}, cityHash64(card))",
        f"ALTER TABLE {new}{everywhere} ATTACH PARTITION ID '202610' FROM {live}",
        f"DELETE FROM {new}{everywhere}",
        "INSERT INTO card_days_staging",
        f"SYSTEM SYNC REPLICA{everywhere} {new}",
        f"EXCHANGE TABLES {live} AND {new}{everywhere}",
    ]
    named = cluster.told.index("INSERT INTO rollup_cells")
    assert cluster.told[named + 1] == f"SYSTEM SYNC REPLICA{everywhere} rollup_cells_local"
    assert cluster.told[-1] == f"DROP TABLE IF EXISTS rollup_cells_local{everywhere}"
