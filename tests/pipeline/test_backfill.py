import shutil
from contextlib import closing
from datetime import date, timedelta

import msgspec
import polars as pl
import pytest
import sqlalchemy as sa

from pipeline.backfill import Request, backfill, compare
from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.frames import SPOOLED
from pipeline.roll import roll_closed_days
from pipeline.rollups import TABLES
from schema.directory import ever, horizons, rollup_state, runs, tables
from schema.directory.database import open_directory
from schema.directory.ever import WHOLE
from schema.errors import BadInput, BaliseError
from schema.metrics import RECIPE
from schema.store import StoreRefused
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import NOW_MS, spooled

DAY_MS = 86_400_000
YESTERDAY = date(2026, 11, 19)
CARDS = ("aaaaaaaa", "bbbbbbbb", "cccccccc")
LAST_WEEK = Request(date(2026, 11, 13), YESTERDAY)


def clock():
    return NOW_MS


def silent(_done, _total):
    pass


@pytest.fixture(scope="module")
def rolled_data(tmp_path_factory, cards_of):
    """Three cards, five events on each of the last ten days, closed days computed; made once."""
    data = tmp_path_factory.mktemp("rolled")
    events = [
        spooled(100 * day + n, card=card, at=NOW_MS - day * DAY_MS, seq=n)
        for card in CARDS
        for day in range(10)
        for n in range(5)
    ]
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    with (
        closing(open_store(prepared.events(data))) as store,
        closing(open_directory(prepared.directory(data))) as directory,
    ):
        add_card = cards_of(directory)
        for card in CARDS:
            add_card(id=card, created_ms=NOW_MS - 10 * DAY_MS)
        store.insert("events", to_events(enrich(frame)), token="events")
        roll_closed_days(store, directory, NOW_MS)
    return data


@pytest.fixture
def rolled(rolled_data, tmp_path):
    shutil.copytree(rolled_data / "events", tmp_path / "events", symlinks=True)
    with closing(open_store(f"chdb:///{tmp_path}/events")) as store:
        yield store


@pytest.fixture
def directory(rolled_data, tmp_path):
    shutil.copy(rolled_data / "balise.db", tmp_path)
    with closing(open_directory(f"sqlite:///{tmp_path}/balise.db")) as directory:
        yield directory


def all_tables(store):
    return {table: store.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


def spoil(store, where="1"):
    """Figures that are not what the events say."""
    store.run(f"ALTER TABLE card_days UPDATE views = 77 WHERE {where} SETTINGS mutations_sync = 1")


def last_run(directory):
    with directory.read() as conn:
        [run] = [run for run in runs.latest(conn) if run.job == "backfill"]
    return run


def test_a_backfill_makes_what_the_scheduled_runs_made(rolled, directory):
    before = all_tables(rolled)
    totals = backfill(rolled, directory, clock, LAST_WEEK, silent)
    assert (totals.days, totals.events, totals.resumed_days) == (21, 105, 0)
    assert all_tables(rolled) == before


def test_wrong_figures_are_mended_in_the_range_and_for_the_cards_named(rolled, directory):
    right = all_tables(rolled)
    spoil(rolled, "card = 'aaaaaaaa' AND day = '2026-11-15'")
    backfill(rolled, directory, clock, Request(YESTERDAY, YESTERDAY), silent)
    backfill(rolled, directory, clock, Request(date(2026, 11, 15), YESTERDAY, CARDS[1:]), silent)
    assert all_tables(rolled) != right
    backfill(rolled, directory, clock, Request(date(2026, 11, 15), YESTERDAY, CARDS[:1]), silent)
    assert all_tables(rolled) == right


def test_sums_of_all_days_are_made_again_after_it(rolled, directory):
    spoil(rolled)
    backfill(rolled, directory, clock, LAST_WEEK, silent)
    assert sums(directory) == {}
    roll_closed_days(rolled, directory, NOW_MS)
    views = rolled.rows("SELECT card, sum(views) FROM card_days GROUP BY card")
    assert {card: each[WHOLE]["views"] for card, each in sums(directory).items()} == dict(views)


def sums(directory):
    with directory.read() as conn:
        return ever.of_cards(conn, rollup_state.of_cards(conn, CARDS))


def test_a_dry_run_tells_the_difference_and_changes_nothing(rolled, directory):
    spoil(rolled, "card = 'aaaaaaaa' AND day IN ('2026-11-15', '2026-11-16')")
    spoiled = all_tables(rolled)
    found = compare(rolled, directory, clock, LAST_WEEK, silent)
    assert found.before["views"] == 19 * 5 + 2 * 77
    assert found.after["views"] == 21 * 5
    assert found.before["visits"] == found.after["visits"] == 105
    assert (found.days, found.days_changed) == (21, 2)
    assert all_tables(rolled) == spoiled


def test_a_run_is_recorded_with_its_recipe_and_its_totals(rolled, directory):
    backfill(rolled, directory, clock, LAST_WEEK, silent)
    run = last_run(directory)
    assert (run.rows, run.error, run.finished_ms) == (21, None, NOW_MS)
    assert run.facts["recipe"] == RECIPE
    assert run.facts["watermark_ms"] == NOW_MS
    assert (run.facts["from"], run.facts["to"]) == ("2026-11-13", "2026-11-19")
    assert run.facts["events"] == 105


class Full:
    """The store, until its disk is full: after so many inserts into the staging tables."""

    def __init__(self, store, inserts):
        self._store = store
        self._left = inserts

    def __getattr__(self, name):
        return getattr(self._store, name)

    def insert(self, table, frame, *, token):
        if table.endswith("_staging"):
            self._left -= 1
            if self._left < 0:
                raise StoreRefused("The event store's disk is full; make room.")
        self._store.insert(table, frame, token=token)


def test_a_full_disk_leaves_the_old_figures_and_the_next_run_continues(
    rolled, directory, monkeypatch
):
    monkeypatch.setattr("pipeline.rebuild.STEP_EVENTS_MAX", 40)
    right = all_tables(rolled)
    spoil(rolled)
    with pytest.raises(BaliseError, match="disk is full"):
        backfill(Full(rolled, 6), directory, clock, LAST_WEEK, silent)
    run = last_run(directory)
    assert "disk is full" in run.error
    assert run.rows == 7
    views = dict(rolled.rows("SELECT card, sum(views) FROM card_days GROUP BY card"))
    assert [views[card] for card in CARDS] == [7 * 5 + 2 * 77, 9 * 77, 9 * 77]
    assert not [name for (name,) in rolled.rows("SHOW TABLES") if "staging" in name]

    totals = backfill(rolled, directory, clock, LAST_WEEK, silent)
    assert (totals.days, totals.resumed_days) == (21, 7)
    assert totals.events == 105
    backfill(rolled, directory, clock, Request(date(2026, 11, 10), YESTERDAY), silent)
    assert all_tables(rolled) == right


def kill_after_one_step(store, directory):
    with pytest.raises(BaliseError):
        backfill(Full(store, 6), directory, clock, LAST_WEEK, silent)
    with directory.write() as conn:  # a process that is killed does not note its end
        cut = sa.update(tables.runs).where(tables.runs.c.error.is_not(None))
        conn.execute(cut.values(finished_ms=None, rows=None, error=None))


def test_a_killed_run_is_gone_on_with_when_an_earlier_one_ended_well(
    rolled, directory, monkeypatch
):
    monkeypatch.setattr("pipeline.rebuild.STEP_EVENTS_MAX", 40)
    backfill(rolled, directory, clock, LAST_WEEK, silent)
    kill_after_one_step(rolled, directory)
    kill_after_one_step(rolled, directory)
    assert backfill(rolled, directory, clock, LAST_WEEK, silent).resumed_days == 14
    assert backfill(rolled, directory, clock, LAST_WEEK, silent).resumed_days == 0


def test_progress_ends_at_the_total(rolled, directory):
    heard = []
    backfill(rolled, directory, clock, LAST_WEEK, lambda *told: heard.append(told))
    assert heard[-1] == (105, 105)


def test_days_whose_events_are_gone_keep_their_figures(rolled, directory):
    with directory.write() as conn:
        horizons.move(conn, horizons.RAW, NOW_MS - 4 * DAY_MS)
    rolled.run("TRUNCATE TABLE events")
    backfill(rolled, directory, clock, LAST_WEEK, silent)
    days = rolled.rows("SELECT DISTINCT day FROM card_days ORDER BY day")
    assert [day for (day,) in days][-1] == date(2026, 11, 16)
    gone = Request(date(2026, 11, 13), date(2026, 11, 16))
    with pytest.raises(BadInput, match="no longer held"):
        backfill(rolled, directory, clock, gone, silent)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request(YESTERDAY, YESTERDAY - timedelta(days=1)), "are reversed"),
        (Request(YESTERDAY, YESTERDAY + timedelta(days=1)), "has not ended yet"),
        (Request(date(1999, 1, 1), YESTERDAY), "is before 2000-01-01"),
        (Request(YESTERDAY, YESTERDAY, ("zzzzzzzz",)), "no card 'zzzzzzzz'"),
    ],
)
def test_what_cannot_be_computed_is_refused_in_a_sentence(rolled, directory, request_, said):
    before = all_tables(rolled)
    for run in (backfill, compare):
        with pytest.raises(BadInput, match=said):
            run(rolled, directory, clock, request_, silent)
    assert all_tables(rolled) == before
