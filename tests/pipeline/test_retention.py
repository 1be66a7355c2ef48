"""A clock that stands at the limit, and a day after, for every table that has one."""

from datetime import date, timedelta

import msgspec
import polars as pl
import pytest
import sqlalchemy as sa

from pipeline import retention
from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.frames import SPOOLED
from pipeline.jobs import JOBS, Context, run_job
from pipeline.retention import delete_over, find_over
from schema.days import day_span_ms
from schema.directory import audit, ever, horizons, leases, rollup_state, runs
from schema.directory.ever import Ever
from schema.directory.rollup_state import Rolled
from schema.directory.tables import audit as trail
from schema.errors import Unavailable
from schema.settings import load
from schema.testing.clock import FixedClock
from schema.testing.events import CARD, NOW_MS, spooled

DAY = timedelta(days=1)
FAR = "Marquesa"
ZONES = {CARD: "Pacific/Auckland", FAR: "Pacific/Marquesas", "gone0000": "UTC"}


@pytest.fixture
def clock():
    return FixedClock(NOW_MS)


@pytest.fixture
def installed(add_card):
    add_card("Pacific/Auckland")
    add_card("Pacific/Marquesas", id=FAR)


def put(store, moments):
    events = [
        spooled(n, card=card, at=at_ms, received=at_ms) for n, (card, at_ms) in enumerate(moments)
    ]
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    store.insert("events", to_events(enrich(frame)), token="t")


def moments(store):
    found = store.rows("SELECT card, toUnixTimestamp64Milli(at) FROM events ORDER BY card, at")
    return [tuple(row) for row in found]


def put_days(store, table, days):
    one = "n" if table == "ledger" else "recipe"
    values = ", ".join(f"('{card}', '{day}', 1)" for card, day in days)
    store.run(f"INSERT INTO {table} (card, day, {one}) VALUES {values}")


def days(store, table):
    return store.rows(f"SELECT card, day FROM {table} ORDER BY card, day")


@pytest.mark.parametrize("card", ZONES)
def test_an_event_is_held_on_the_last_day_of_its_limit_and_gone_on_the_next(
    store, directory, settings, clock, installed, card
):
    day = date(2026, 3, 10)
    first_ms, end_ms = day_span_ms(day, ZONES[card])
    put(store, [(card, first_ms), (card, end_ms - 1), (card, end_ms)])
    clock.now_ms, _ = day_span_ms(day + 395 * DAY, ZONES[card])
    clock.now_ms -= 1
    delete_over(store, directory, settings, clock)
    assert len(moments(store)) == 3
    clock.now_ms += 1
    delete_over(store, directory, settings, clock)
    assert moments(store) == [(card, end_ms)]


@pytest.mark.parametrize("table", ["card_hours", "card_days", "card_dims", "ledger"])
def test_figures_are_held_for_25_months_and_gone_a_day_after(
    store, directory, settings, clock, installed, table
):
    put_days(store, table, [(CARD, date(2024, 2, 28)), (CARD, date(2024, 2, 29))])
    clock.now_ms, _ = day_span_ms(date(2026, 3, 29), ZONES[CARD])
    delete_over(store, directory, settings, clock)
    assert days(store, table) == [(CARD, date(2024, 2, 29))]
    clock.advance(days=2)
    delete_over(store, directory, settings, clock)
    assert days(store, table) == [(CARD, date(2024, 2, 29))]
    clock.advance(days=1)
    delete_over(store, directory, settings, clock)
    assert days(store, table) == []


def test_visits_go_with_the_events_they_were_made_from(
    store, directory, settings, clock, installed
):
    today = date(2026, 11, 21)  # in Auckland; elsewhere it is the 20th
    last = today - 394 * DAY
    put_days(store, "visits", [(each, last - n * DAY) for each in (CARD, FAR) for n in range(3)])
    delete_over(store, directory, settings, clock)
    assert days(store, "visits") == [(FAR, last - DAY), (FAR, last), (CARD, last)]


def test_whole_months_are_dropped_and_the_edge_is_exact(
    store, directory, settings, clock, installed
):
    ago = range(360, 500)
    put(store, [(each, NOW_MS - n * 86_400_000) for each in (CARD, FAR) for n in ago])
    found = {over.table: over.rows for over in find_over(store, directory, settings, clock())}
    assert found["events"] == 2 * (500 - 395)
    before = moments(store)
    delete_over(store, directory, settings, clock)
    assert moments(store) == [each for each in before if each[1] > NOW_MS - 395 * 86_400_000]
    assert not any(over.rows for over in delete_over(store, directory, settings, clock))


def test_a_dry_run_changes_nothing(store, directory, settings, clock, installed):
    put(store, [(CARD, NOW_MS - 400 * 86_400_000)])
    put_days(store, "card_days", [(CARD, date(2020, 1, 1))])
    found = {over.table: over.rows for over in find_over(store, directory, settings, clock())}
    assert (found["events"], found["card_days"], found["visits"]) == (1, 1, 0)
    assert len(moments(store)) == 1
    with directory.read() as conn:
        assert horizons.since_ms(conn, horizons.RAW) == 0
        assert conn.scalar(sa.select(sa.func.count()).select_from(trail)) == 0


def test_the_horizon_moves_over_what_is_deleted_and_a_receipt_is_left(
    store, directory, settings, clock, installed
):
    delete_over(store, directory, settings, clock)
    with directory.read() as conn:
        assert horizons.since_ms(conn, horizons.RAW) == 0
    put(store, [(CARD, NOW_MS - 400 * 86_400_000)])
    delete_over(store, directory, settings, clock)
    first_in_auckland_ms, _ = day_span_ms(date(2025, 10, 23), ZONES[CARD])
    with directory.read() as conn:
        assert horizons.since_ms(conn, horizons.RAW) == first_in_auckland_ms
        [receipt] = conn.execute(sa.select(trail)).all()
    assert (receipt.actor, receipt.action) == ("retention", "retention.delete")
    assert receipt.subject == "events: 1 rows before 2025-10-22"


def test_shorter_settings_are_followed(store, directory, clock, installed, tmp_path):
    given = {"BALISE_DATA": str(tmp_path), "BALISE_RAW_DAYS": "1", "BALISE_ROLLUP_MONTHS": "1"}
    put(store, [("gone0000", NOW_MS - 13 * 3_600_000), ("gone0000", NOW_MS)])
    put_days(
        store, "card_days", [("gone0000", date(2026, 10, 19)), ("gone0000", date(2026, 10, 20))]
    )
    delete_over(store, directory, load(given, tmp_path), clock)
    assert moments(store) == [("gone0000", NOW_MS)]
    assert days(store, "card_days") == [("gone0000", date(2026, 10, 20))]


@pytest.mark.parametrize("through", [date(2019, 12, 31), date(2024, 10, 19)])
def test_sums_that_may_not_hold_all_that_is_deleted_are_forgotten(
    store, directory, settings, clock, installed, through
):
    put_days(store, "card_days", [(CARD, date(2020, 1, 1))])
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {CARD: Rolled(through, ZONES[CARD])})
        ever.put(conn, {CARD: Ever(through, {})})
    delete_over(store, directory, settings, clock)
    with directory.read() as conn:
        assert ever.missing(conn) == {CARD: through}


def test_rows_in_quarantine_are_held_for_30_days(store, directory, settings, clock, installed):
    store.run(
        "INSERT INTO quarantine (card, received) VALUES"
        " ('', '2026-10-21 23:59:59.999'), ('', '2026-10-22 00:00:00')"
    )
    delete_over(store, directory, settings, clock)
    assert store.rows("SELECT toString(received) FROM quarantine") == [("2026-10-22 00:00:00.000",)]


def test_records_of_runs_are_held_for_30_days_and_the_last_of_each_job_for_ever(
    store, directory, settings, clock
):
    with directory.write() as conn:
        for job, ago in (("old", 90), ("old", 60), ("both", 60), ("both", 1)):
            runs.start(conn, job, NOW_MS - ago * 86_400_000)
        audit.record(conn, actor="a", action="b", subject="c", now_ms=NOW_MS - 366 * 86_400_000)
        audit.record(conn, actor="a", action="b", subject="d", now_ms=NOW_MS - 365 * 86_400_000)
    delete_over(store, directory, settings, clock)
    with directory.read() as conn:
        kept = [(run.job, (NOW_MS - run.started_ms) // 86_400_000) for run in runs.latest(conn)]
        assert kept == [("both", 1), ("old", 60)]
        assert list(conn.scalars(sa.select(trail.c.subject))) == ["d"]


def test_while_figures_are_computed_nothing_is_deleted(
    store, directory, settings, clock, monkeypatch
):
    monkeypatch.setattr(retention, "PATIENCE_S", 0.1)
    with directory.write() as conn:
        leases.take(conn, "rollups", "someone", NOW_MS, 60_000)
    with pytest.raises(Unavailable, match="Figures are being computed"):
        delete_over(store, directory, settings, clock)


def test_it_runs_as_a_job(store, directory, settings, clock, installed):
    put(store, [(CARD, NOW_MS - 400 * 86_400_000)])
    job = next(job for job in JOBS if job.name == "retention")
    assert run_job(job, Context(store, directory, clock, settings)) == 1
    assert moments(store) == []
