"""The query layer against plain Python over the same events: every filter, period and table, with
all days open, with days closed, and with late events among closed days."""

from dataclasses import replace

import pytest

from dashboard.figures.breakdown import BYS, breakdown, breakdowns, starts
from dashboard.figures.cells import least_visitors
from dashboard.figures.cross import COLUMNS, cross
from dashboard.figures.one_card import stored
from dashboard.figures.read import Batch, shown_alone
from dashboard.figures.series import INTERVALS, series
from dashboard.figures.steps import steps
from dashboard.figures.totals import last_visit, stats, totals_of_cards
from dashboard.figures.values import OTHERS
from schema.testing.month import LAST
from schema.testing.one_by_one import measured

SMALL_TOWN = "FR|Bretagne|Vannes"
FILTERS = (
    (),
    (("source", "qr"),),
    (("region", "FR|Bretagne"),),
    (("city", "FR|Bretagne|Brest"),),
    (("city", SMALL_TOWN),),
    (("region", "|"),),
    (("target", "phone"),),
    (("source", "search"), ("device", "desktop"), ("target", "map")),
)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_all_answers_are_those_of_the_visits(scene, filters):
    for question, shown in scene.asked(filters):
        batch = Batch(scene.place, shown)
        found_stats = batch.add(stats(shown))
        found_rows = batch.add(breakdowns(shown, BYS[:-1]))
        found_week = batch.add(breakdown(shown, "weekday_hour"))
        found_starts = batch.add(starts(shown))
        found_steps = batch.add(steps(shown))
        found_cards = batch.add(totals_of_cards(shown))
        found_series = {each: batch.add(series(shown, each)) for each in INTERVALS}

        check_totals(found_stats(), scene.reference, question, shown)
        for by in BYS[:-1]:
            assert found_rows()[by] == scene.reference.rows(question, by), by
        assert found_week() == scene.reference.rows(question, "weekday_hour")
        visits = {row.key: row.visits for row in found_week()}
        assert found_starts() == tuple(
            tuple(visits.get(f"{day}-{hour:02}", 0) for hour in range(24)) for day in range(1, 8)
        )
        check_steps(found_steps(), scene.reference.within(question, question.period))
        for points in found_series.values():
            check_points(points(), found_stats().totals)
        for name in ("views", "visitors", "visits", "bounces", "clicks", "contact_visits"):
            apart = (getattr(each.totals, name) for each in found_cards())
            assert sum(apart) == getattr(found_stats().totals, name)


@pytest.mark.parametrize("filters", FILTERS[:3], ids=str)
def test_a_card_with_too_many_rows_for_python_has_the_same_answers(scene, filters, monkeypatch):
    question = scene.question(scene.cards[:1], scene.all, filters)
    asked = (
        *(stats(question), steps(question), starts(question), breakdowns(question, BYS[:-1])),
        *(series(question, each) for each in INTERVALS),
    )

    def answers():
        batch = Batch(replace(scene.place, _opened={}), question)
        return [told() for told in [batch.add(each) for each in asked]]

    few = answers()
    monkeypatch.setattr(stored, "ROWS_MAX", 1)
    assert replace(scene.place, _opened={}).opened(scene.cards[0], frozenset([LAST])) is None
    assert answers() == few


def check_totals(found, reference, question, shown):
    then = reference.within(question, question.before)
    enough = measured(then)["visitors"] >= least_visitors("", question.filters)
    assert found.totals == reference.totals(question, question.period)
    assert found.previous == (reference.totals(question, question.before) if enough else None)
    assert found.automatic == reference.automatic(question, shown)


def check_steps(found, visits):
    assert found.visits == len(visits)
    assert found.click_visits == sum(bool(visit["clicks"]) for visit in visits)
    assert found.contact_visits == sum(bool(visit["contacts"]) for visit in visits)


def check_points(points, totals):
    """Two hours of one name are equal as local times, so they are told apart by their offset."""
    assert len(points) == len({point.at.isoformat() for point in points}) > 0
    for name in ("views", "visits", "clicks", "contact_clicks"):
        assert sum(getattr(point, name) for point in points) == getattr(totals, name)


def test_a_day_of_25_hours_has_25_points(scene):
    question = scene.question(scene.cards[:1], scene.turn)
    points = scene.read(question, series(question, "hour"))
    assert [point.at.hour for point in points][:5] == [0, 1, 2, 2, 3]
    assert len(points) == 25


@pytest.mark.parametrize("by", COLUMNS)
def test_the_cross_table_sums_to_the_views_of_each_card(scene, by):
    question = scene.question(scene.cards, scene.all)
    found = scene.read(question, cross(question, by))
    for each in scene.read(question, totals_of_cards(question)):
        cells = found.rows[each.card]
        assert len(cells) == len(found.keys)
        assert sum(cell.views for cell in cells) == each.totals.views
        assert sum(cell.contact_clicks for cell in cells) == each.totals.contact_clicks
        assert all(cell.is_weak == (cell.views < 30) for cell in cells)


def test_the_last_visit_is_the_hour_of_the_last_view_whatever_is_asked(scene):
    question = scene.question(scene.cards[:1], scene.before, FILTERS[1])
    card = scene.cards[0].id
    views = [
        scene.reference.local(event)
        for event in scene.reference.events
        if (event["card"], event["class"], event["name"]) == (card, "human", "view")
    ]
    found = scene.read(question, last_visit(question))
    assert (found.day, found.hour) == (max(views).date(), max(views).hour)


def test_a_small_town_is_never_shown_alone(scene):
    question = scene.question(scene.cards[:1], scene.all, (("city", SMALL_TOWN),))
    assert shown_alone(scene.place, question).cards == ()
    everywhere = scene.question(scene.cards[:1], scene.all)
    keys = [row.key for row in scene.read(everywhere, breakdown(everywhere, "city"))]
    assert OTHERS in keys
    assert SMALL_TOWN not in keys
