"""Several cards as one document: side by side, summed, and crossed in rows."""

from datetime import date

import pytest

from dashboard.asked_of_several import AskedOfSeveral
from dashboard.drawings import Words
from dashboard.exports.of_cards import report
from dashboard.figures.question import Question
from dashboard.figures.read import Place
from dashboard.site import EVERY_SECTION
from dashboard.view import look
from dashboard.words import key_name

DAY = "2026-11-20"


@pytest.fixture
def make(world, french):
    for n, (card, source) in enumerate(
        [(world.mine, "qr"), (world.mine, "direct"), (world.second, "qr")]
    ):
        world.store_events(
            world.event(card, f"{DAY}T0{n + 5}:00:00+01:00", visitor=n + 1, source=source),
            world.event(
                card,
                f"{DAY}T0{n + 5}:01:00+01:00",
                name="click",
                target="phone",
                visitor=n + 1,
                source=source,
            ),
        )
    view = look("/cards", {"period": "7"}, date.fromisoformat(DAY))
    cards = (world.mine, world.second)
    question = Question(cards, view.choice.period, view.choice.before)
    asked = AskedOfSeveral(view, question, EVERY_SECTION, Words(french, {}), "Atelier")
    place = Place(world.store, world.directory, world.clock())
    return lambda on_paper: report(place, asked, on_paper=on_paper)


@pytest.fixture
def document(make):
    return make(on_paper=False)


def _rows(document, key):
    return list(next(each for each in document.subjects if each.key == key).rows())


def test_cards_stand_side_by_side_and_add_up_to_the_trend(document):
    assert _rows(document, "cards") == [
        ("Marie Moreau", 2, 2, 2, 2, 2, 1.0),
        ("Atelier Moreau", 1, 1, 1, 1, 1, 1.0),
    ]
    assert sum(row[1] for row in _rows(document, "trend")) == 3
    assert document.figures[0].value == 3


def test_a_cross_has_a_row_for_each_card_and_key_with_its_denominator(document, french):
    qr, direct = (key_name("source", key, french, {}) for key in ("qr", "direct"))
    assert set(_rows(document, "cards_source")) == {
        ("Atelier Moreau", qr, 1, 1, 1.0),
        ("Marie Moreau", qr, 1, 1, 1.0),
        ("Marie Moreau", direct, 1, 1, 1.0),
    }


def test_it_says_whose_days_are_meant_when_cards_lie_apart(document):
    assert document.zone == "Europe/Paris, Indian/Reunion"
    assert document.address == ""


def test_paper_has_the_cards_and_leaves_cross_tables_to_spreadsheets(make):
    assert [subject.key for subject in make(on_paper=True).subjects] == ["trend", "cards"]
