import polars as pl
import pytest

from pipeline.watch import (
    HOUR_MS,
    HOURS,
    NAMED_MAX,
    first_of,
    imbalances,
    lag,
    silences,
    unreadable,
)

CARD = "k7Hq2xPa"
NOW_MS = 1_795_176_000_000  # a Friday, 12:00 UTC
NOW = NOW_MS // HOUR_MS


def hours(*events):
    """(How many hours ago, how many events), of the one card."""
    rows = [(CARD, NOW - ago, n) for ago, n in events]
    return pl.DataFrame(rows, schema=HOURS, orient="row")


def every_day_at(ago, n, days=range(1, 15)):
    return [(ago + 24 * day, n) for day in days]


def test_a_ledger_that_balances_is_not_talked_about():
    assert imbalances({CARD: 0, "": 0}) == []


def test_what_is_missing_or_there_twice_is_named_with_its_card():
    assert list(map(str, imbalances({CARD: 2, "other": -1, "": 3}))) == [
        "The ledger of - does not balance: events missing: 3.",
        "The ledger of k7Hq2xPa does not balance: events missing: 2.",
        "The ledger of other does not balance: events there twice: 1.",
    ]


def test_a_busy_card_is_missed_after_one_whole_hour():
    busy = [(ago, 40) for ago in range(2, 24 * 9)]
    [told] = silences(hours(*busy), NOW_MS)
    assert str(told).startswith("Nothing has come for the card k7Hq2xPa since 2026-11-20 11:00 UTC")
    assert silences(hours(*busy, (1, 1)), NOW_MS) == []
    assert silences(hours(*busy, (0, 1)), NOW_MS) == []


def test_a_card_is_not_missed_at_an_hour_when_it_rests():
    mornings = [each for ago in (4, 5) for each in every_day_at(ago, 40, range(9))]
    assert silences(hours(*mornings), NOW_MS) == []


def test_a_card_of_some_events_a_day_is_missed_after_a_day():
    rare = every_day_at(3, 25)
    assert silences(hours(*rare, (3, 25)), NOW_MS) == []
    assert len(silences(hours(*rare), NOW_MS)) == 1


@pytest.mark.parametrize("silent_days", [2, 4, 7])
def test_a_silence_is_told_for_a_week(silent_days):
    busy = [(ago, 40) for ago in range(24 * silent_days - 1, 24 * 14)]
    assert len(silences(hours(*busy), NOW_MS)) == 1


def test_a_card_that_rests_on_one_day_of_the_week_is_not_missed_then():
    rests = [(ago, 40) for ago in range(24, 24 * 14) if not 24 * 7 <= ago < 24 * 8]
    assert silences(hours(*rests), NOW_MS) == []


def test_a_card_that_is_seldom_seen_may_be_silent():
    assert silences(hours(*every_day_at(3, 5)), NOW_MS) == []
    assert silences(hours(*every_day_at(3, 400, (1, 2, 3, 7))), NOW_MS) == []


def test_events_that_wait_are_told_after_a_minute():
    assert lag(None, 1_000_000) == []
    assert lag(940_000, 1_000_000) == []
    assert "61 s" in str(lag(939_000, 1_000_000)[0])


def test_files_that_were_set_aside_are_told_until_somebody_has_looked_at_them():
    assert unreadable([]) == []
    assert "2 spool files" in str(unreadable(["a.db.unreadable", "b.db.unreadable"])[0])


def test_more_than_one_reads_are_counted():
    alarms = imbalances({f"card{n}": n for n in range(1, 9)})
    assert first_of(alarms[:NAMED_MAX]) == alarms[:NAMED_MAX]
    assert [str(each) for each in first_of(alarms)[NAMED_MAX:]] == ["And 3 more."]
