from datetime import date

import pytest

from schema.directory import backfills
from schema.directory.backfills import KEPT_MAX, Difference

ASKED = {"first": date(2026, 10, 1), "last": date(2026, 10, 31), "actor": "user:u1"}
FOUND = Difference({"views": 3}, {"views": 5}, days=31, days_changed=1)


def ask(conn, now_ms=1, cards=()):
    return backfills.ask(conn, **ASKED, cards=cards, now_ms=now_ms)


def test_one_is_compared_then_waits_for_a_yes_then_ends(directory):
    with directory.write() as conn:
        asked = ask(conn, cards=("k7Hq2xPa",))
        assert backfills.open_one(conn) == asked
        assert not backfills.confirm(conn, asked.id, 2)
        backfills.come_to(conn, asked.id, 0.5)
        assert backfills.open_one(conn).part == 0.5
        backfills.compared(conn, asked.id, FOUND)
        compared = backfills.open_one(conn)
        assert (compared.difference, compared.waits_for_a_yes) == (FOUND, True)
        assert backfills.confirm(conn, asked.id, 2)
        assert not backfills.confirm(conn, asked.id, 3)
        assert not backfills.leave(conn, asked.id)
        backfills.finish(conn, asked.id, now_ms=4)
        assert backfills.open_one(conn) is None
        [ended] = backfills.latest(conn, 5)
    assert (ended.confirmed_ms, ended.finished_ms, ended.error, ended.part) == (2, 4, "", 1.0)


def test_there_is_one_at_a_time(directory):
    with directory.write() as conn:
        asked = ask(conn)
        assert ask(conn) is None
        backfills.finish(conn, asked.id, error="The card is gone.", now_ms=2)
        assert ask(conn) is not None


def test_one_that_is_left_is_forgotten(directory):
    with directory.write() as conn:
        asked = ask(conn)
        assert not backfills.leave(conn, asked.id)
        backfills.compared(conn, asked.id, FOUND)
        assert backfills.leave(conn, asked.id)
        assert backfills.latest(conn, 5) == []


@pytest.mark.parametrize("more", [0, 3])
def test_only_the_last_ones_are_kept(directory, more):
    with directory.write() as conn:
        for n in range(KEPT_MAX + more):
            backfills.finish(conn, ask(conn, n).id, now_ms=n)
        kept = backfills.latest(conn, 100)
    assert [each.asked_ms for each in kept] == [*range(KEPT_MAX + more - 1, more - 1, -1)]
