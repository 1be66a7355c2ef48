from datetime import date

import pytest

from dashboard.period import DAYS_MAX, Period, before, choose, last_months, month

TODAY = date(2026, 11, 20)


def days(first, last):
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("asked", "period", "compared"),
    [
        ({}, ("2026-10-22", "2026-11-20"), ("2026-09-22", "2026-10-21")),
        ({"period": ""}, ("2026-10-22", "2026-11-20"), ("2026-09-22", "2026-10-21")),
        ({"period": "today"}, ("2026-11-20", "2026-11-20"), ("2026-11-19", "2026-11-19")),
        ({"period": "7"}, ("2026-11-14", "2026-11-20"), ("2026-11-07", "2026-11-13")),
        ({"period": "2026-10"}, ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
        ({"period": "2024-03"}, ("2024-03-01", "2024-03-31"), ("2024-02-01", "2024-02-29")),
        # A month that is not over is compared with the same days of the one before.
        ({"period": "2026-11"}, ("2026-11-01", "2026-11-20"), ("2026-10-01", "2026-10-20")),
        (
            {"from": "2026-11-01", "to": "2026-11-07"},
            ("2026-11-01", "2026-11-07"),
            ("2026-10-25", "2026-10-31"),
        ),
        (
            {"period": "custom", "from": " 2026-10-01", "to": "2026-10-31 "},
            ("2026-10-01", "2026-10-31"),
            ("2026-09-01", "2026-09-30"),
        ),
    ],
)
def test_a_period_and_what_it_is_compared_with(asked, period, compared):
    choice = choose(asked, TODAY)
    assert (choice.period, choice.before) == (days(*period), days(*compared))
    assert choice.problems == ()


def test_a_month_that_began_is_compared_with_no_more_days_than_the_one_before_has():
    choice = choose({"period": "2026-03"}, date(2026, 3, 30))
    assert choice.before == days("2026-02-01", "2026-02-28")


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"period": "yesterday"}, "period", "not a period"),
        ({"period": "2026-13"}, "period", "not a period"),
        ({"period": "٢٠٢٦-٠١"}, "period", "not a period"),
        ({"period": "31"}, "period", "not a period"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "from", "not a date"),
        ({"from": "2026-11-01", "to": "demain"}, "to", "not a date"),
        ({"from": "0001-01-01", "to": "2026-11-01"}, "from", "not a date"),
        ({"from": "2026-11-01"}, "to", "missing"),
        ({"period": "custom"}, "from", "missing"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "to", "before the first"),
        ({"from": "2020-01-01", "to": "2026-11-01"}, "to", "more than"),
    ],
)
def test_what_cannot_be_used_is_told_beside_its_field_and_is_kept(asked, field, words):
    choice = choose(asked, TODAY)
    problem = choice.problems[0]
    assert (problem.field, words in problem.sentence) == (field, True)
    assert choice.typed == {"from": asked.get("from", ""), "to": asked.get("to", "")}
    assert choice.period == days("2026-10-22", "2026-11-20")


def test_the_longest_period_is_as_long_as_it_says():
    last = date.fromordinal(date(2024, 1, 1).toordinal() + DAYS_MAX - 1)
    asked = {"from": "2024-01-01", "to": last.isoformat()}
    assert choose(asked, TODAY).period.length == DAYS_MAX


def test_the_month_before_january_is_december():
    assert before(month(date(2026, 1, 9))) == month(date(2025, 12, 1))
    assert last_months(date(2026, 1, 9), 3) == ("2026-01", "2025-12", "2025-11")
