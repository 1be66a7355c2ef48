"""What ops ask for on a page is compared, waits for a yes, is computed; a stop loses nothing."""

from datetime import date

import msgspec
import polars as pl
import pytest

from pipeline import rebuild, recompute
from pipeline.backfill import STOPPED
from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.frames import SPOOLED
from pipeline.jobs import JOBS, Context, run_job
from pipeline.recompute import FAILED, LEASE, Place, carry_on
from pipeline.roll import roll_closed_days
from schema.directory import backfills, cards, leases, runs
from schema.errors import Unavailable
from schema.testing.clock import FixedClock
from schema.testing.events import NOW_MS, spooled

DAY_MS = 86_400_000
CARDS = ("aaaaaaaa", "bbbbbbbb")
FIRST, LAST = date(2026, 11, 13), date(2026, 11, 19)
WRONG = 77


@pytest.fixture
def place(store, directory, add_card):
    """Two cards, a view on each of ten days, and figures that the events do not say."""
    for card in CARDS:
        add_card(id=card, created_ms=NOW_MS - 10 * DAY_MS)
    events = [
        spooled(10 * day + n, card=card, at=NOW_MS - day * DAY_MS)
        for day in range(10)
        for n, card in enumerate(CARDS)
    ]
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    store.insert("events", to_events(enrich(frame)), token="events")
    roll_closed_days(store, directory, NOW_MS)
    store.run(f"ALTER TABLE card_days UPDATE views = {WRONG} WHERE 1 SETTINGS mutations_sync = 1")
    return Place(store, directory, FixedClock(NOW_MS))


def ask(place, *cards):
    with place.directory.write() as conn:
        asked = {"first": FIRST, "last": LAST, "cards": cards, "actor": "user:u1"}
        return backfills.ask(conn, **asked, now_ms=NOW_MS).id


def say_yes(place, id):
    with place.directory.write() as conn:
        assert backfills.confirm(conn, id, NOW_MS)


def last(place):
    with place.directory.read() as conn:
        return backfills.latest(conn, 1)[0]


def wrong_days(place):
    return place.store.rows(f"SELECT count() FROM card_days WHERE views = {WRONG}")[0][0]


def never():
    return False


def test_nothing_is_computed_before_there_is_a_yes(place):
    assert carry_on(place, never) == 0
    id, before = ask(place), wrong_days(place)
    assert carry_on(place, never) == 14
    found = last(place).difference
    assert (found.days, found.days_changed) == (14, 14)
    assert (found.before["views"], found.after["views"]) == (14 * WRONG, 14)
    assert carry_on(place, never) == 0
    assert wrong_days(place) == before
    say_yes(place, id)
    assert carry_on(place, never) == 14
    assert wrong_days(place) == before - 14
    ended = last(place)
    assert (ended.finished_ms, ended.error, ended.part) == (NOW_MS, "", 1.0)


def test_only_the_cards_that_were_named_are_computed(place):
    before = wrong_days(place)
    id = ask(place, CARDS[0])
    carry_on(place, never)
    say_yes(place, id)
    assert carry_on(place, never) == 7
    assert wrong_days(place) == before - 7


def test_a_stop_leaves_the_rest_to_the_next_run(place, monkeypatch):
    monkeypatch.setattr(rebuild, "STEP_EVENTS_MAX", 4)
    id = ask(place)
    carry_on(place, never)
    say_yes(place, id)
    asked = iter([False] * 4)
    assert carry_on(place, lambda: next(asked, True)) == 0
    assert 0 < last(place).part < 1
    assert last(place).finished_ms is None
    assert carry_on(place, never) == 14
    with place.directory.read() as conn:
        whole, cut = runs.of_job(conn, "backfill", 2)
    assert cut.rows > 0
    assert cut.error == STOPPED
    assert (whole.rows, whole.error) == (14, None)


def test_what_a_person_must_mend_ends_it_with_its_sentence(place):
    ask(place, CARDS[0])
    with place.directory.write() as conn:
        cards.delete(conn, CARDS[0])
    assert carry_on(place, never) == 0
    assert last(place).error == "There is no card 'aaaaaaaa'; `balise card list` shows them."
    assert last(place).finished_ms == NOW_MS


def test_what_the_store_refuses_ends_it_with_its_sentence_and_leaves_the_old_figures(place):
    id, before = ask(place), wrong_days(place)
    carry_on(place, never)
    say_yes(place, id)
    place.store.run(f"ALTER TABLE card_days ADD CONSTRAINT spoiled CHECK views = {WRONG}")
    assert carry_on(place, never) == 0
    ended = last(place)
    assert (ended.finished_ms, ended.part) == (NOW_MS, 0.0)
    assert "refuses: Constraint `spoiled`" in ended.error
    with place.directory.read() as conn:
        [run] = runs.of_job(conn, "backfill", 1)
    assert run.error == ended.error
    assert wrong_days(place) == before
    place.store.run("ALTER TABLE card_days DROP CONSTRAINT spoiled")
    again = ask(place)
    carry_on(place, never)
    say_yes(place, again)
    carry_on(place, never)
    assert last(place).error == ""
    assert wrong_days(place) == before - 14


def test_an_error_without_a_sentence_ends_it_too(place, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    ask(place)
    monkeypatch.setattr(recompute, "compare", broken)
    carry_on(place, never)
    assert last(place).error == FAILED


def test_a_store_that_is_away_is_waited_for(place, monkeypatch):
    def away(*_):
        raise Unavailable("The store is away.")

    ask(place)
    with monkeypatch.context() as patched:
        patched.setattr(recompute, "compare", away)
        with pytest.raises(Unavailable):
            carry_on(place, never)
    assert carry_on(place, never) == 14


def test_two_processes_never_carry_it_on_at_once(place):
    ask(place)
    with place.directory.write() as conn:
        assert leases.take(conn, LEASE, "another", NOW_MS, 60_000)
    with pytest.raises(Unavailable, match="Another process"):
        carry_on(place, never)


def test_the_job_is_one_of_those_that_run_by_themselves(place, settings):
    job = next(each for each in JOBS if each.name == "recompute")
    context = Context(place.store, place.directory, place.clock, settings)
    ask(place)
    assert run_job(job, context) == 14
