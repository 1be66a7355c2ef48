from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.frames import CARD_DAYS, CELLS
from pipeline.rollups import ROLLUPS
from pipeline.swap import merged, replace_cells

DAYS = ROLLUPS[0]
VIEWED = datetime(2026, 10, 2, 10, tzinfo=UTC)


def rows(*figures):
    """(card, day, views) each."""
    full = [(card, day, views, 0, 0, 0, VIEWED, 1) for card, day, views in figures]
    return pl.DataFrame(full, schema=CARD_DAYS, orient="row")


def cells(*keys):
    return pl.DataFrame(keys, schema=CELLS, orient="row")


def replace(store, figures):
    keys = [(card, day) for card, day, _ in figures]
    replace_cells(store, DAYS, cells(*keys), rows(*figures))


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
    replace_cells(store, DAYS, cells(("a", OCTOBER)), rows())
    assert held(store) == [("b", OCTOBER, 2)]


def test_a_month_whose_every_cell_is_emptied_is_gone(store):
    replace(store, [("a", OCTOBER, 1), ("a", NOVEMBER, 3)])
    replace_cells(store, DAYS, cells(("a", OCTOBER), ("b", LATER)), rows())
    assert held(store) == [("a", NOVEMBER, 3)]


def test_emptying_what_is_empty_changes_nothing(store):
    replace_cells(store, DAYS, cells(("a", OCTOBER)), rows())
    assert held(store) == []


def test_the_same_swap_again_rewrites_nothing(store):
    parts = "SELECT name FROM system.parts WHERE table = 'card_days' AND active"
    replace(store, [("a", OCTOBER, 1)])
    before = store.rows(parts)
    replace(store, [("a", OCTOBER, 1)])
    assert store.rows(parts) == before


def test_what_a_killed_swap_left_in_the_staging_table_does_no_harm(store):
    store.run("CREATE TABLE card_days_staging AS card_days")
    store.insert("card_days_staging", rows(("z", OCTOBER, 99)), token="killed")
    replace(store, [("a", OCTOBER, 1)])
    assert held(store) == [("a", OCTOBER, 1)]
    assert store.rows("EXISTS TABLE card_days_staging") == [(0,)]


@pytest.mark.parametrize("reverse", [False, True])
def test_a_merged_month_does_not_depend_on_the_order_of_rows(reverse):
    old = rows(("b", OCTOBER, 2), ("a", OCTOBER, 1))
    new = rows(("a", LATER, 4), ("a", OCTOBER, 3))
    got = merged(old.reverse() if reverse else old, cells(("a", OCTOBER)), new)
    assert got.select("card", "views").rows() == [("a", 3), ("a", 4), ("b", 2)]
