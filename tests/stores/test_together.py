"""Readings of cards that wait at the same time: one statement, and to each their own rows."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest

from schema.store.together import Together

SQL = "SELECT card, n FROM t WHERE card IN {cards:Array(String)}"
SOON_S = 10


class Slow:
    """A store that answers when it is let, and remembers what it was asked."""

    def __init__(self):
        self.asked, self.began, self.let = [], Event(), Event()

    def __call__(self, sql, params):
        self.asked.append((sql, params))
        self.began.set()
        assert self.let.wait(SOON_S)
        return [(card, n, card.upper()) for card in params["cards"] for n in (1, 2)]


@pytest.fixture
def readers():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def meanwhile(together, readers, slow, cards, params=None):
    """One reading under way, and these that came while it was."""
    first = readers.submit(together.rows_of, "first", SQL, params or {}, slow)
    assert slow.began.wait(SOON_S)
    others = [readers.submit(together.rows_of, card, SQL, params or {}, slow) for card in cards]
    until_they_wait(together, len(cards))
    slow.let.set()
    return [each.result(SOON_S) for each in (first, *others)]


def until_they_wait(together, several):
    until = time.monotonic() + SOON_S
    while sum(map(len, together._waiting.values())) < several:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_who_comes_alone_is_served_alone_and_at_once():
    slow = Slow()
    slow.let.set()
    assert Together().rows_of("a", SQL, {}, slow) == [(1, "A"), (2, "A")]
    assert slow.asked == [(SQL, {"cards": ["a"]})]


def test_all_who_come_while_one_is_under_way_are_one_statement_after_it(readers):
    slow = Slow()
    told = meanwhile(Together(), readers, slow, ["c", "a", "b", "a"])
    assert told == [[(1, card), (2, card)] for card in ("FIRST", "C", "A", "B", "A")]
    assert [params["cards"] for _, params in slow.asked] == [["first"], ["a", "b", "c"]]


def test_a_card_without_rows_has_none_and_not_those_of_another():
    assert Together().rows_of("a", SQL, {}, lambda sql, params: [("b", 1)]) == []


def test_another_statement_or_other_days_wait_for_nobody(readers):
    slow, other = Slow(), Slow()
    other.let.set()
    together = Together()
    first = readers.submit(together.rows_of, "a", SQL, {"day": 1}, slow)
    assert slow.began.wait(SOON_S)
    assert together.rows_of("b", SQL, {"day": 2}, other) == [(1, "B"), (2, "B")]
    assert together.rows_of("b", SQL + " ", {"day": 1}, other) == [(1, "B"), (2, "B")]
    slow.let.set()
    assert first.result(SOON_S) == [(1, "A"), (2, "A")]


def test_a_failure_is_told_to_all_who_were_asked_for_and_ends_with_them(readers):
    slow, together = Slow(), Together()

    def away(sql, params):
        slow(sql, params)
        raise ConnectionError("away")

    first = readers.submit(together.rows_of, "first", SQL, {}, away)
    assert slow.began.wait(SOON_S)
    others = [readers.submit(together.rows_of, card, SQL, {}, away) for card in ("a", "b")]
    until_they_wait(together, 2)
    slow.let.set()
    for reading in (first, *others):
        with pytest.raises(ConnectionError, match="away"):
            reading.result(SOON_S)
    assert [params["cards"] for _, params in slow.asked] == [["first"], ["a", "b"]]
    assert together.rows_of("a", SQL, {}, slow) == [(1, "A"), (2, "A")]


def test_nothing_is_kept_of_what_was_asked(readers):
    """Kinds are without number: each day and each filter is one."""
    slow, together = Slow(), Together()
    meanwhile(together, readers, slow, ["a", "b"])
    assert (together._waiting, together._under_way) == ({}, set())


def test_many_kinds_that_fail_now_and_then_leave_nobody_waiting(readers):
    """Of each kind there is one statement at a time; everybody has their own rows or an error."""
    together, under_way, turns = Together(), set(), count()

    def read(sql, params):
        assert sql not in under_way
        under_way.add(sql)
        time.sleep(0.0002)
        under_way.remove(sql)
        if next(turns) % 7 == 0:
            raise ConnectionError("away")
        return [(card, card + sql) for card in params["cards"]]

    def ask(n):
        card, sql = f"card {n % 11}", f"statement {n % 3}"
        try:
            return together.rows_of(card, sql, {}, read) == [(card + sql,)]
        except ConnectionError:
            return True

    assert all(readers.map(ask, range(600), timeout=SOON_S))
    assert together._waiting == {}


def test_a_store_answers_for_each_of_many_readers_at_once(readers, store):
    sql = (
        "SELECT card, n FROM (SELECT toString(number % 50) AS card, number AS n FROM numbers(5000))"
        " WHERE card IN {cards:Array(String)} AND n < {below:UInt32}"
    )
    cards = [str(n % 50) for n in range(200)]
    told = readers.map(lambda card: store.rows_of(card, sql, {"below": 100}), cards)
    assert [sorted(rows) for rows in told] == [[(int(c),), (int(c) + 50,)] for c in cards]
