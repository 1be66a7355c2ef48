from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Event
from time import sleep

import msgspec
import polars as pl
import pytest
import sqlalchemy as sa

from pipeline import rebuild
from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.ever import ever_of
from pipeline.frames import SPOOLED
from pipeline.jobs import Context, Job, roll
from pipeline.roll import roll_closed_days
from pipeline.rollups import TABLES
from pipeline.schedule import Schedule
from schema.days import local_day
from schema.directory import cards, ever, leases, rollup_state, runs, tables
from schema.errors import Unavailable
from schema.store import StoreRefused
from schema.testing.events import CARD, NOW_MS, spooled
from schema.testing.figures import reference_tables

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ZONES = {
    "ParisAAA": "Europe/Paris",
    "Miquelon": "America/Miquelon",
    "Marquesa": "Pacific/Marquesas",
    "ReunionA": "Indian/Reunion",
}


def put(store, events, token="t"):
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    store.insert("events", to_events(enrich(frame)), token=token)


def days(store):
    return store.rows("SELECT card, day, views, automatic FROM card_days ORDER BY card, day")


def all_tables(store):
    return [store.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES]


def history(seed, count):
    """Three weeks around the night in which Paris and Miquelon leave summer time."""
    draw = Random(seed)
    for n in range(count):
        name = draw.choice(("view", "view", "click", "engage"))
        yield spooled(
            n,
            card=draw.choice(sorted(ZONES)),
            at=NOW_MS - draw.randrange(35 * DAY_MS),
            name=name,
            mark=draw.choice(("", "", "", "prefetch")),
        )


def as_classified(events):
    unknown = dict.fromkeys(("source", "language", "country", "region", "city"), "")
    unknown |= dict.fromkeys(("referrer", "device", "browser", "os"), "")
    return [
        msgspec.structs.asdict(event) | unknown | {"class": event.mark or "human"}
        for event in events
    ]


def test_ended_days_are_computed_and_today_is_not(store, directory, add_card):
    add_card(created_ms=NOW_MS - 2 * DAY_MS)
    put(store, [spooled(n, at=NOW_MS - n * DAY_MS) for n in range(3)])
    assert roll_closed_days(store, directory, NOW_MS) == 2
    assert days(store) == [(CARD, date(2026, 11, 18), 1, 0), (CARD, date(2026, 11, 19), 1, 0)]
    with directory.read() as conn:
        assert rollup_state.of_card(conn, CARD).through == date(2026, 11, 19)


def test_a_day_ends_at_the_midnight_of_the_card_and_settles_for_a_minute(
    store, directory, add_card
):
    add_card("Pacific/Tahiti", created_ms=NOW_MS - HOUR_MS * 3)  # yesterday there
    midnight_ms = NOW_MS - 2 * HOUR_MS
    assert roll_closed_days(store, directory, midnight_ms + 59_000) == 0
    assert roll_closed_days(store, directory, midnight_ms + 61_000) == 1


def test_a_day_that_was_marked_late_is_computed_again(store, directory, add_card):
    add_card(created_ms=NOW_MS - 2 * DAY_MS)
    roll_closed_days(store, directory, NOW_MS)
    put(store, [spooled(1, at=NOW_MS - 5 * DAY_MS), spooled(2, at=NOW_MS - DAY_MS)])
    late = {(CARD, date(2026, 11, 15)), (CARD, date(2026, 11, 19))}
    with directory.write() as conn:
        rollup_state.mark_late(conn, late)
    assert roll_closed_days(store, directory, NOW_MS) == 2
    assert {(card, day) for card, day, *_ in days(store)} == late
    with directory.read() as conn:
        assert rollup_state.late(conn) == {}
        assert rollup_state.of_card(conn, CARD).through == date(2026, 11, 19)
    assert roll_closed_days(store, directory, NOW_MS) == 0


def test_a_mark_on_a_day_that_has_not_settled_waits(store, directory, add_card):
    add_card(created_ms=NOW_MS)
    with directory.write() as conn:
        rollup_state.mark_late(conn, {(CARD, date(2026, 11, 20))})
    assert roll_closed_days(store, directory, NOW_MS) == 0
    with directory.read() as conn:
        assert set(rollup_state.late(conn)) == {(CARD, date(2026, 11, 20))}


def test_marks_of_a_deleted_card_are_dropped(store, directory, add_card):
    add_card()
    with directory.write() as conn:
        rollup_state.mark_late(conn, {(CARD, date(2026, 11, 19))})
        cards.delete(conn, CARD)
    assert roll_closed_days(store, directory, NOW_MS) == 0
    with directory.read() as conn:
        assert rollup_state.late(conn) == {}


@pytest.mark.parametrize("seed", [1])
def test_figures_over_clock_changes_are_those_of_the_plain_reference(
    store, directory, add_card, seed
):
    for card, zone in ZONES.items():
        add_card(zone, id=card, created_ms=NOW_MS - 40 * DAY_MS)
    events = list(history(seed, 2_000))
    put(store, events)
    roll_closed_days(store, directory, NOW_MS)
    ended = as_classified(
        e for e in events if local_day(e.at, ZONES[e.card]) < local_day(NOW_MS, ZONES[e.card])
    )
    expected = reference_tables(ended, ZONES)["card_days"]
    assert days(store) == sorted(
        (row["card"], row["day"], row["views"], row["automatic"]) for row in expected
    )


def test_day_by_day_at_once_and_again_give_identical_tables(store, directory, add_card):
    for card, zone in ZONES.items():
        add_card(zone, id=card, created_ms=NOW_MS - 40 * DAY_MS)
    put(store, history(4, 1_000))
    for day in range(6, -1, -1):
        roll_closed_days(store, directory, NOW_MS - day * DAY_MS)
    stepwise = all_tables(store)
    with directory.write() as conn:
        back = {
            card: replace(state, through=state.through - timedelta(days=39))
            for card, state in rollup_state.rolled(conn).items()
        }
        rollup_state.set_rolled(conn, back)
    assert roll_closed_days(store, directory, NOW_MS) == 39 * len(ZONES)
    again = all_tables(store)
    assert stepwise == again


def test_two_runs_at_a_time_are_refused_and_the_lease_is_given_back(store, directory, add_card):
    add_card()
    with directory.write() as conn:
        leases.take(conn, "rollups", "someone", NOW_MS, 60_000)
    with pytest.raises(Unavailable, match="by another process"):
        roll_closed_days(store, directory, NOW_MS)
    roll_closed_days(store, directory, NOW_MS + 61_000)
    roll_closed_days(store, directory, NOW_MS + 61_000)


def test_the_last_view_of_a_day_keeps_its_millisecond(store, directory, add_card):
    add_card(created_ms=NOW_MS - 2 * DAY_MS)
    put(store, [spooled(1, at=NOW_MS - DAY_MS + 7), spooled(2, at=NOW_MS - DAY_MS)])
    roll_closed_days(store, directory, NOW_MS)
    seen = datetime.fromtimestamp((NOW_MS - DAY_MS + 7) / 1000, UTC)
    assert store.frame("SELECT last_view_at FROM card_days").item() == seen


def test_a_changed_zone_computes_past_days_again_and_back_gives_identical_tables(
    store, directory, add_card
):
    for card, zone in ZONES.items():
        add_card(zone, id=card, created_ms=NOW_MS - 20 * DAY_MS)
    put(store, history(5, 600))
    roll_closed_days(store, directory, NOW_MS)
    before = all_tables(store)

    move_to(directory, "ReunionA", "America/Miquelon")
    with directory.read() as conn:
        assert rollup_state.of_card(conn, "ReunionA").through is None
    assert roll_closed_days(store, directory, NOW_MS) > 20
    moved = all_tables(store)
    assert moved != before
    others = "SELECT * FROM card_hours WHERE card != 'ReunionA' ORDER BY ALL"
    elsewhere = store.rows(others)

    move_to(directory, "ReunionA", "Indian/Reunion")
    roll_closed_days(store, directory, NOW_MS)
    assert all_tables(store) == before
    assert store.rows(others) == elsewhere


def test_late_events_change_their_days_alone(store, directory, add_card):
    add_card(created_ms=NOW_MS - 6 * DAY_MS)
    put(store, [spooled(n, at=NOW_MS - n * DAY_MS) for n in range(1, 6)])
    roll_closed_days(store, directory, NOW_MS)
    store.run("ALTER TABLE card_days UPDATE views = 50 WHERE 1 SETTINGS mutations_sync = 1")
    put(store, [spooled(9, at=NOW_MS - 3 * DAY_MS)], token="late")
    with directory.write() as conn:
        rollup_state.mark_late(conn, {(CARD, date(2026, 11, 17))})
    assert roll_closed_days(store, directory, NOW_MS) == 1
    assert [views for _, _, views, _ in days(store)] == [50, 50, 2, 50, 50]


class Full:
    """The store, until its disk is full: after so many swaps have begun."""

    def __init__(self, store, swaps):
        self._store = store
        self._left = swaps

    def __getattr__(self, name):
        return getattr(self._store, name)

    def insert(self, table, frame, *, token):
        self._left -= table == "rollup_cells"
        if self._left < 0:
            raise StoreRefused("No space left on device.")
        self._store.insert(table, frame, token=token)


@pytest.fixture
def small_steps(store, directory, add_card, monkeypatch):
    """Four cards with days that came late and days that are new: some steps of work."""
    for card, zone in ZONES.items():
        add_card(zone, id=card, created_ms=NOW_MS - 40 * DAY_MS)
    put(store, history(6, 300))
    roll_closed_days(store, directory, NOW_MS - 9 * DAY_MS)
    with directory.write() as conn:
        late = {(card, date(2026, 11, day)) for card in ZONES for day in (2, 4, 15)}
        rollup_state.mark_late(conn, late)
    monkeypatch.setattr(rebuild, "STEP_EVENTS_MAX", 30)
    monkeypatch.setattr(rebuild, "PIECE_EVENTS_MAX", 15)
    return store


def test_a_run_that_fails_after_some_steps_is_gone_on_with_and_not_begun_again(
    small_steps, directory, monkeypatch
):
    todo = (9 + 2) * len(ZONES)
    with pytest.raises(StoreRefused):
        roll_closed_days(Full(small_steps, swaps=2), directory, NOW_MS)
    stopped_at = all_tables(small_steps)
    left = roll_closed_days(small_steps, directory, NOW_MS + HOUR_MS)
    assert 0 < left < todo
    assert all_tables(small_steps) != stopped_at
    assert_settled(small_steps, directory, monkeypatch)


def test_a_run_that_is_told_to_stop_ends_after_its_step_and_the_next_one_does_the_rest(
    small_steps, directory, monkeypatch
):
    answers = iter((False, False, True))
    done = roll_closed_days(small_steps, directory, NOW_MS, stopping=lambda: next(answers))
    assert done > 0
    left = roll_closed_days(small_steps, directory, NOW_MS)
    assert done + left == (9 + 2) * len(ZONES)
    assert left > 0
    assert_settled(small_steps, directory, monkeypatch)


class Held:
    """The store, where one swap does not go on before the service is to stop."""

    def __init__(self, store, swap):
        self._store, self._left = store, swap
        self.reached = Event()

    def __getattr__(self, name):
        return getattr(self._store, name)

    def insert(self, table, frame, *, token):
        self._left -= table == "rollup_cells"
        if self._left == 0:
            self.reached.set()
            while not self.stopping():
                sleep(0.01)
        self._store.insert(table, frame, token=token)


def test_a_service_that_stops_in_the_middle_of_a_run_waits_for_its_step_alone(
    small_steps, directory, settings, monkeypatch
):
    held = Held(small_steps, swap=2)

    def run(context):
        held.stopping = context.stopping
        return roll(context)

    context = Context(held, directory, lambda: NOW_MS, settings)
    schedule = Schedule(context, [Job("roll", "", 300, run)])
    schedule.start()
    assert held.reached.wait(10)
    schedule.stop()
    with directory.read() as conn:
        [ended] = runs.latest(conn)
    assert (ended.finished_ms, ended.error) == (NOW_MS, None)
    left = roll_closed_days(small_steps, directory, NOW_MS)
    assert ended.rows > 0
    assert left > 0
    assert ended.rows + left == (9 + 2) * len(ZONES)
    assert_settled(small_steps, directory, monkeypatch)


def assert_settled(store, directory, monkeypatch):
    """Nothing is left to do, and the tables are those of one run over all days."""
    with directory.read() as conn:
        assert rollup_state.late(conn) == {}
        assert ever.missing(conn) == {}
        states = rollup_state.of_cards(conn, ZONES)
        told = ever.of_cards(conn, states)
    through = {card: state.through for card, state in states.items()}
    assert told == {card: each.sums for card, each in ever_of(store, through).items()}
    assert roll_closed_days(store, directory, NOW_MS + HOUR_MS) == 0
    stepwise = all_tables(store)
    monkeypatch.undo()
    with directory.write() as conn:
        conn.execute(sa.delete(tables.rolled_days))
    roll_closed_days(store, directory, NOW_MS + HOUR_MS)
    assert all_tables(store) == stepwise


def move_to(directory, card, zone):
    with directory.write() as conn:
        conn.execute(sa.update(tables.cards).where(tables.cards.c.id == card).values(zone=zone))
