"""A clock that steps, and restarts while a date begins: no event is lost, and no id changes.

The card is on Réunion, four hours ahead of UTC.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date

import pytest

from collector.cards import CardBook
from collector.visitors import visitor_id
from schema.directory import salts
from schema.testing.clock import FixedClock
from schema.testing.events import CARD, body, envelope

ZONE = "Indian/Reunion"
DATE_BEGINS_SOMEWHERE = "2026-11-20T10:00:00+00:00"
MIDNIGHT_ON_REUNION = "2026-11-21T00:00:00+04:00"
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    "steps_ms", [(-3 * DAY_MS, 3 * DAY_MS), (40 * DAY_MS, -40 * DAY_MS), (-1, 1), (3_600_000, 0)]
)
def test_events_are_taken_whatever_the_clock_does(collector, clock, steps_ms):
    times = [clock.now_ms]
    assert collector.track(body(envelope(0))).status_code == 204
    for seed, step_ms in enumerate(steps_ms, 1):
        clock.now_ms += step_ms
        times.append(clock.now_ms)
        assert collector.track(body(envelope(seed))).status_code == 204
    assert [event.at for event in collector.spooled()] == times
    assert [event.received for event in collector.spooled()] == times


def test_a_step_back_does_not_hold_up_the_writer(collector, clock):
    clock.now_ms -= DAY_MS
    started_s = time.monotonic()
    for seed in range(20):
        assert collector.track(body(envelope(seed))).status_code == 204
    assert time.monotonic() - started_s < 5


def test_after_a_wrong_date_and_back_a_visitor_is_who_it_was(collector, clock, directory):
    assert collector.track(body(envelope(0))).status_code == 204
    clock.now_ms += 2 * DAY_MS
    follow(collector.book)
    assert collector.track(body(envelope(1))).status_code == 204
    clock.now_ms -= 2 * DAY_MS
    follow(collector.book)
    assert collector.track(body(envelope(2))).status_code == 204
    first, elsewhere, last = (event.visitor for event in collector.spooled())
    assert first == last
    assert first != elsewhere


def test_a_restart_at_midnight_changes_no_id_and_the_date_does(directory):
    clock = FixedClock.at(MIDNIGHT_ON_REUNION)
    clock.now_ms -= 1
    ids = []
    for step_ms in (0, 0, 1, 0):  # a restart before each
        clock.now_ms += step_ms
        with closing(CardBook(directory, clock)) as book:
            ids.append(id_at(book, clock.now_ms))
    before, restarted, after, again = ids
    assert before == restarted
    assert after == again
    assert before != after


@pytest.mark.parametrize("before_ms", [5_001, 5_000, 1, 0])
def test_collectors_started_together_while_a_date_begins_agree(directory, before_ms):
    clock = FixedClock.at(DATE_BEGINS_SOMEWHERE)
    clock.now_ms -= before_ms
    with ThreadPoolExecutor(4) as starters:
        books = list(starters.map(lambda _: CardBook(directory, clock), range(4)))
    try:
        clock.now_ms += 5_001
        for book in books:
            follow(book)
        for zone in ("Pacific/Kiritimati", ZONE, "Pacific/Pago_Pago"):
            assert len({book.salt_at(zone, clock.now_ms) for book in books}) == 1
    finally:
        for book in books:
            book.close()


def test_a_salt_that_was_drawn_but_not_kept_is_used_by_nobody(directory):
    """As when a collector is killed between drawing a date's salt and writing it down."""
    clock = FixedClock.at(DATE_BEGINS_SOMEWHERE)
    lost = b""
    try:
        with directory.write() as conn:
            lost = salts.of_date(conn, date(2026, 11, 21), clock.now_ms)
            raise InterruptedError
    except InterruptedError:
        pass
    with closing(CardBook(directory, clock)) as book, closing(CardBook(directory, clock)) as other:
        drawn = book.salt_at("Pacific/Kiritimati", clock.now_ms)
        assert drawn == other.salt_at("Pacific/Kiritimati", clock.now_ms)
        assert drawn != lost


def id_at(book, at_ms):
    return visitor_id(book.salt_at(ZONE, at_ms), CARD, "192.0.2.7", "A browser")


def follow(book):
    """What its thread does every half second, now."""
    book._follow()
