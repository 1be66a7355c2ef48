"""What every tier sees of a card, ever and today, and its last minutes."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from dashboard.figures.essentiel import Count, essentiel, today_and_ever
from dashboard.figures.live import live, now
from dashboard.figures.read import Place, read
from dashboard.figures.values import Live
from schema.testing.clock import FixedClock
from schema.testing.one_by_one import measured


def test_every_tier_sees_ever_and_today_button_by_button(scene):
    for card in scene.cards:
        question = today_and_ever(card, scene.place.now_ms)
        found = scene.read(question, essentiel(question))
        ever = [visit for visit in scene.reference.visits if visit["card"] == card.id]
        today = [visit for visit in ever if visit["day"] == scene.today.first]
        clicks, clicks_today = (
            Counter(target for visit in some for target in visit["clicks"])
            for some in (ever, today)
        )
        assert found.today == scene.today.first
        for name in ("views", "contact_clicks"):
            counts = measured(ever)[name], measured(today)[name]
            assert getattr(found, name) == Count(*counts)
        for button in (*found.contacts, *found.links):
            assert button.total == clicks[button.target]
            assert button.today == clicks_today[button.target]
        assert {b.target for b in found.contacts} == {"phone", "email"}
        assert {b.target for b in found.links} == {"map"}


def test_a_card_that_nobody_has_seen_says_so_with_zeros(world):
    place = Place(world.store, world.directory, world.clock())
    question = today_and_ever(world.foreign, place.now_ms)
    found = read(place, question, essentiel(question))
    assert (found.views, found.last_visit, found.links) == (Count(0, 0), None, ())
    assert [(b.target, b.total) for b in found.contacts] == [("phone", 0), ("email", 0)]


@pytest.mark.parametrize("time", ["2026-11-20T18:30:00+01:00", "2026-11-21T00:10:00+01:00"])
def test_the_last_minutes_of_a_page_are_those_that_listeners_are_told(world, time):
    """Also shortly after midnight, when most of them were yesterday."""
    now_ms = FixedClock.at(time).now_ms
    for ago_s, changes in (
        (1, {"visitor": 1}),
        (1_000, {"visitor": 1, "name": "click", "target": "phone"}),
        (1_799, {"visitor": 2, "name": "click", "target": "map"}),
        (1_799, {"visitor": 3, "name": "engage"}),
        (1_800, {"visitor": 4}),
        (5, {"visitor": 5, "class": "bot"}),
    ):
        at = datetime.fromtimestamp(now_ms / 1000 - ago_s, UTC).isoformat()
        world.store_events(world.event(world.mine, at, **changes))
    place = Place(world.store, world.directory, now_ms)
    found = read(place, question := today_and_ever(world.mine, now_ms), now(question, now_ms))
    assert found == live(world.store, [world.mine.id], now_ms)[world.mine.id] == Live(1, 2, 2, 1)
