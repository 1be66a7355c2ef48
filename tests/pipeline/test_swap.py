from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.frames import CARD_DAYS, CELLS
from pipeline.swap import replaced
from schema.errors import BadInput, BaliseError

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
    """The store, as if its tables were distributed: the embedded engine knows no cluster."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def rows(self, sql, params):
        return [(4,)] if "system.tables" in sql else self._store.rows(sql, params)


def test_on_a_cluster_nothing_is_swapped_for_its_rows_would_be_there_twice(store):
    replace(store, [("a", OCTOBER, 1)])
    with pytest.raises(BadInput, match="on a cluster yet; pages compute them from events"):
        replace(Cluster(store), [("a", OCTOBER, 2)])
    assert held(store) == [("a", OCTOBER, 1)]
