from datetime import date, timedelta

from pipeline.ledger import Line
from pipeline.watch import imbalances, lag, silences

TODAY = date(2026, 11, 20)


def line(ago, received, human=None, card="k7Hq2xPa", invalid=0):
    human = received if human is None else human
    return Line(TODAY - timedelta(days=ago), card, received, human, 0, 0, 0, invalid, 0)


def test_a_ledger_that_balances_is_not_talked_about():
    assert imbalances([line(0, 10), line(1, 7)]) == []


def test_what_is_missing_or_there_twice_is_named_with_its_card():
    assert imbalances([line(0, 10, 8), line(0, 5, 6, card="other")]) == [
        "The ledger of k7Hq2xPa does not balance: 2 events are missing.",
        "The ledger of other does not balance: 1 events are there twice.",
    ]


def test_a_day_that_lends_to_the_next_one_is_no_alarm():
    assert imbalances([line(1, 10, 8), line(0, 10, 12)]) == []


def test_a_busy_card_that_falls_silent_is_told():
    days = [line(ago, 40) for ago in range(2, 9)]
    assert "k7Hq2xPa" in silences(days, TODAY)[0]
    assert silences([*days, line(1, 1)], TODAY) == []


def test_what_was_only_refused_is_silence():
    days = [line(ago, 40) for ago in range(2, 9)]
    assert silences([*days, line(0, 5, 0, invalid=5)], TODAY)


def test_a_card_that_is_seldom_seen_may_be_silent():
    assert silences([line(ago, 3) for ago in range(2, 9)], TODAY) == []
    assert silences([line(ago, 400) for ago in (2, 5)], TODAY) == []


def test_events_that_wait_are_told_after_a_minute():
    assert lag(None, 1_000_000) == []
    assert lag(940_000, 1_000_000) == []
    assert "61 s" in lag(939_000, 1_000_000)[0]
