from datetime import date

import pytest

from pipeline.visits import numbered, visits
from schema.testing.steps import click, engage, utc, view

MILLISECOND = 1 / 60_000


@pytest.fixture
def visits_of(placed):
    """The visits of some events, in order."""

    def rows(*steps):
        made = visits(numbered(placed(*steps))).sort("visit").collect()
        return made.rows(named=True)

    return rows


@pytest.mark.parametrize(
    ("pause", "count"), [(0, 1), (29.9, 1), (30, 1), (30 + MILLISECOND, 2), (600, 2)]
)
def test_a_pause_of_more_than_thirty_minutes_begins_another_visit(visits_of, pause, count):
    assert len(visits_of(view(), view(pause))) == count


def test_a_visit_may_last_for_hours_without_such_a_pause(visits_of):
    [visit] = visits_of(*(view(30 * n) for n in range(8)))
    assert visit["views"] == 8


def test_visitors_cards_and_days_have_visits_of_their_own(visits_of):
    midnight = utc("2026-11-19 23:00")
    found = visits_of(
        view(),
        view(visitor=2),
        view(card="other"),
        view(at=midnight.replace(hour=22, minute=59)),
        view(at=midnight),
    )
    assert len(found) == 5
    assert {each["day"] for each in found} == {date(2026, 11, 19), date(2026, 11, 20)}


def test_what_is_not_human_makes_no_visit_and_prolongs_none(visits_of):
    [first, second] = visits_of(view(), view(20, **{"class": "bot"}), view(40))
    assert (first["views"], second["views"]) == (1, 1)


@pytest.mark.parametrize(
    "steps",
    [
        [view(1, source="late"), view(0, source="first")],
        [view(source="late", page="b"), view(source="first", page="a", seq=9)],
        [view(source="late", seq=2), view(source="first", seq=1)],
    ],
    ids=["by time", "then by page", "then by seq"],
)
def test_a_visit_is_known_by_its_first_event_however_events_came(visits_of, steps):
    [visit] = visits_of(*steps)
    assert visit["source"] == "first"
    assert visit["start"] == min(step["at"] for step in steps)


@pytest.mark.parametrize(
    ("steps", "bounce"),
    [
        ([view()], True),
        ([view(), engage(1, ms=9_999)], True),
        ([view(), engage(1, ms=10_000)], False),
        ([view(), view(1)], False),
        ([view(), click(1, target="website")], False),
        ([engage(ms=500)], True),
    ],
)
def test_a_bounce_has_one_view_at_most_no_click_and_less_than_ten_seconds(visits_of, steps, bounce):
    [visit] = visits_of(*steps)
    assert visit["bounce"] == bounce


@pytest.mark.parametrize(
    ("totals", "seconds"),
    [
        ([], 0),
        ([("a", 4_000), ("a", 9_000), ("a", 7_000)], 9),
        ([("a", 4_000), ("b", 5_000)], 9),
        ([("a", 600), ("b", 600)], 1),
        ([("a", 999)], 0),
        ([("a", 3_600_000)], 1_800),
        ([("a", 3_600_000), ("b", 3_600_000)], 3_600),
    ],
)
def test_engaged_time_is_the_largest_total_of_each_page_capped_and_summed_in_whole_seconds(
    visits_of, totals, seconds
):
    [visit] = visits_of(view(), *(engage(1, page=page, ms=ms) for page, ms in totals))
    assert visit["engaged_s"] == seconds


def test_clicks_are_told_by_target_and_contact_clicks_apart(visits_of):
    [visit] = visits_of(
        view(), click(1, target="phone"), click(2, target="phone"), click(3, target="carousel")
    )
    assert (visit["views"], visit["clicks"], visit["contact_clicks"]) == (1, 3, 2)
    assert dict(visit["targets"]) == {"carousel": 1, "phone": 2}


def test_an_event_of_another_name_prolongs_a_visit_and_counts_as_nothing(visits_of):
    [visit] = visits_of(view(), view(25, name="played"), view(50))
    assert (visit["views"], visit["clicks"], visit["engaged_s"]) == (2, 0, 0)
