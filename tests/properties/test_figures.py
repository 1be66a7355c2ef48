"""Polars, SQL and plain Python, each written on its own, make the same tables of any history."""

from contextlib import closing

import polars as pl
import pytest
from hypothesis import Phase, given, settings

from pipeline.blocks import of_cells
from pipeline.compute import tables_of_block
from pipeline.frames import EVENTS
from pipeline.rollups import TABLES
from schema.days import local_day
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.figures import reference_tables
from schema.testing.figures_by_sql import statements
from schema.testing.histories import ZONES, histories


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """One engine for all examples."""
    with closing(open_store(prepared.events(tmp_path_factory.mktemp("figures")))) as store:
        yield store


def put(store, events):
    for table in ("events", *TABLES):
        store.run(f"TRUNCATE TABLE {table}")
    if events:
        store.insert("events", pl.DataFrame(events, schema=EVENTS), token="t")


def comparable(rows):
    """Whatever brought them: times as milliseconds, maps as sorted pairs."""
    return sorted(tuple(map(_plain, row)) for row in rows)


def _plain(value):
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return int(value.timestamp() * 1000) if hasattr(value, "timestamp") else value


def by_reference(events, zones=ZONES):
    made = reference_tables(events, zones)
    return {
        table: comparable([row[name] for name in columns] for row in made[table])
        for table, columns in TABLES.items()
    }


def by_polars(store, events, zones=ZONES):
    cells = {(each["card"], local_day(each["at"], zones[each["card"]])) for each in events}
    parts = [tables_of_block(store, block) for block in of_cells(zones, cells)]
    return {
        table: comparable(row for part in parts for row in part[table].iter_rows())
        for table in TABLES
    }


def by_sql(store, zone):
    for statement in statements(zone).values():
        store.run(statement)
    return {
        table: comparable(store.rows(f"SELECT {', '.join(columns)} FROM {table}"))
        for table, columns in TABLES.items()
    }


@settings(max_examples=25, deadline=None, phases=(Phase.generate,))
@given(events=histories)
def test_polars_makes_the_tables_of_the_plain_reference(store, events):
    put(store, events)
    assert by_polars(store, events) == by_reference(events)


@settings(max_examples=10, deadline=None, phases=(Phase.generate,))
@given(events=histories)
def test_sql_makes_the_tables_of_the_plain_reference_in_one_zone(store, events):
    zones = dict.fromkeys(ZONES, "Europe/Paris")
    put(store, events)
    assert by_polars(store, events, zones) == by_reference(events, zones)
    assert by_sql(store, "Europe/Paris") == by_reference(events, zones)
