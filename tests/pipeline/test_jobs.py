from contextlib import closing
from datetime import date

import pytest
import sqlalchemy as sa

from pipeline.enrich import enrich
from pipeline.jobs import JOBS, Context, Job, renew_salts, run_job
from pipeline.ship import Shipper
from pipeline.watch import MISSING
from schema.directory import cards, runs
from schema.directory.tables import salts as salts_table
from schema.errors import BaliseError
from schema.testing.clock import FixedClock
from schema.testing.events import CARD, NOW_MS, spooled
from schema.testing.spools import PlainSpool


@pytest.fixture
def clock():
    return FixedClock(NOW_MS)


@pytest.fixture
def context(settings, store, directory, clock):
    return Context(store, directory, clock, settings)


def salts_held(directory):
    with directory.read() as conn:
        return dict(conn.execute(sa.select(salts_table.c.day, salts_table.c.salt)).all())


def test_salts_exist_for_every_date_that_is_or_will_soon_be_today_somewhere(context, directory):
    assert renew_salts(context) == 0
    assert set(salts_held(directory)) == {date(2026, 11, day) for day in (20, 21, 22)}


def test_a_salt_is_deleted_when_its_date_has_ended_everywhere(context, directory, clock):
    renew_salts(context)
    before = salts_held(directory)
    clock.advance(hours=23, seconds=3599)
    assert renew_salts(context) == 0
    clock.advance(seconds=1)  # midnight of the 20th in the last zone, twelve hours behind
    assert renew_salts(context) == 1
    after = salts_held(directory)
    assert date(2026, 11, 20) not in after
    assert after[date(2026, 11, 21)] == before[date(2026, 11, 21)]


def test_a_run_is_recorded_with_its_rows_and_times(context, directory, clock):
    def work(context):
        clock.advance(seconds=3)
        return 7

    assert run_job(Job("work", "", 60, work), context) == 7
    with directory.read() as conn:
        [run] = runs.latest(conn)
    assert (run.job, run.rows, run.error) == ("work", 7, None)
    assert (run.started_ms, run.finished_ms) == (NOW_MS, NOW_MS + 3000)


def test_a_failed_run_is_recorded_with_its_error(context, directory):
    def work(context):
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        run_job(Job("work", "", 60, work), context)
    with directory.read() as conn:
        [run] = runs.latest(conn)
    assert (run.rows, run.error) == (None, "ValueError: no luck")


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_job_runs_on_an_empty_installation_and_twice(context, job):
    run_job(job, context)
    assert run_job(job, context) == 0


def test_names_of_jobs_are_unique():
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_a_ledger_that_does_not_balance_is_an_alarm_in_the_record_of_the_run(
    settings, context, directory
):
    check = next(job for job in JOBS if job.name == "ledger")
    with closing(PlainSpool(settings.spool)) as spool:
        spool.commit([spooled(1)])
        assert run_job(check, context) == 1
        spool.count(CARD, "accepted", 2)
        with pytest.raises(BaliseError, match="events missing: 2"):
            run_job(check, context)
    with directory.read() as conn:
        [run] = runs.latest(conn)
    assert (run.job, run.error) == (
        "ledger",
        f"The ledger of {CARD} does not balance: events missing: 2.",
    )
    assert run.facts == {runs.ALARMS: [[MISSING, {"card": CARD, "n": 2}]]}


def test_events_that_wait_too_long_are_an_alarm_even_while_the_store_is_away(
    settings, store, context, clock, directory
):
    with closing(PlainSpool(settings.spool)) as spool:
        spool.commit([spooled(1)])
        assert run_job(named("spool"), context) == 1
        clock.advance(seconds=120)
        store.close()
        with pytest.raises(BaliseError, match="wait in the spool since 119 s"):
            run_job(named("spool"), context)
    assert "wait in the spool since 119 s" in last_error(directory)


def test_a_spool_that_was_set_aside_is_an_alarm_until_it_is_gone(settings, context, directory):
    settings.spool.mkdir(parents=True)
    aside = settings.spool / "1-a.db.unreadable"
    aside.write_bytes(b"")
    with pytest.raises(BaliseError, match=r"1-a\.db\.unreadable"):
        run_job(named("spool"), context)
    assert "1-a.db.unreadable" in last_error(directory)
    aside.unlink()
    assert run_job(named("spool"), context) == 0
    assert last_error(directory) is None


def test_a_busy_card_for_which_nothing_comes_any_more_is_an_alarm(
    settings, store, context, directory, clock, add_card
):
    add_card()
    hours = [NOW_MS - ago * 3_600_000 for ago in range(1, 24 * 8)]
    with (
        closing(PlainSpool(settings.spool)) as spool,
        closing(Shipper(settings.spool, store, directory, enrich, clock)) as shipper,
    ):
        spool.commit([spooled(n, at=at) for n, at in enumerate(hours * 20)])
        shipper.ship_once()
    assert run_job(named("cards"), context) == 1
    clock.advance(hours=2)
    with pytest.raises(BaliseError, match=f"Nothing has come for the card {CARD}"):
        run_job(named("cards"), context)
    assert "Nothing has come for the card" in last_error(directory)
    with directory.write() as conn:
        cards.delete(conn, CARD)
    assert run_job(named("cards"), context) == 1, "a card that was deleted may be silent"


def named(name):
    return next(job for job in JOBS if job.name == name)


def last_error(directory):
    with directory.read() as conn:
        return max(runs.latest(conn), key=lambda run: run.id).error
