from datetime import date, timedelta
from random import Random

import pytest

from balise.demo.people import CARDS, DemoCard
from balise.demo.rhythm import Day, History
from schema.days import day_span_ms, local_day

LAST_DAY = date(2026, 11, 19)
HISTORY = History(LAST_DAY, 90, 200_000)
SELLER = next(card for card in CARDS if card.fairs)
CRAFTSWOMAN = next(card for card in CARDS if not card.fairs)


def _events(card: DemoCard, first: date, days: int) -> int:
    return sum(HISTORY.events(1, card, first + timedelta(days=index)) for index in range(days))


def test_a_history_holds_about_what_was_asked_for() -> None:
    total = sum(HISTORY.events(1, card, day) for card in CARDS for day in HISTORY.days())
    assert total == pytest.approx(200_000, rel=0.02)


@pytest.mark.parametrize("days", [1, 2, 7])
def test_a_short_history_holds_it_too(days: int) -> None:
    short = History(LAST_DAY, days, 5_000)
    total = sum(short.events(1, card, day) for card in CARDS for day in short.days())
    assert total == pytest.approx(5_000, rel=0.25)


def test_a_day_asked_for_again_is_the_same_day() -> None:
    again = History(LAST_DAY, 90, 200_000)
    assert all(
        HISTORY.events(1, card, LAST_DAY) == again.events(1, card, LAST_DAY) for card in CARDS
    )


def test_cards_find_their_public() -> None:
    assert _events(CRAFTSWOMAN, LAST_DAY - timedelta(days=20), 21) > 1.4 * _events(
        CRAFTSWOMAN, HISTORY.first_day, 21
    )


def test_weekends_are_quiet() -> None:
    sunday = LAST_DAY - timedelta(days=LAST_DAY.weekday() + 1)
    assert _events(CRAFTSWOMAN, sunday, 1) < 0.6 * _events(
        CRAFTSWOMAN, sunday - timedelta(days=4), 1
    )


def test_a_trade_fair_is_a_peak_of_three_working_days() -> None:
    fair = [day for day in HISTORY.days() if HISTORY.is_fair(SELLER, day)]
    assert [day.weekday() for day in fair] == [1, 2, 3]
    before = _events(SELLER, fair[0] - timedelta(days=7), 3)
    assert _events(SELLER, fair[0], 3) > 3 * before


def test_those_who_stay_at_home_have_no_fair() -> None:
    assert not any(HISTORY.is_fair(CRAFTSWOMAN, day) for day in HISTORY.days())


def test_days_after_the_history_go_on_at_its_pace() -> None:
    later = _events(CRAFTSWOMAN, LAST_DAY + timedelta(days=1), 28)
    assert later == pytest.approx(_events(CRAFTSWOMAN, LAST_DAY - timedelta(days=27), 28), rel=0.25)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", date(2026, 3, 29)),
        ("Europe/Paris", date(2026, 10, 25)),
        ("Pacific/Tahiti", date(2026, 11, 19)),
    ],
)
def test_instants_stay_within_their_local_day_of_23_24_or_25_hours(zone: str, day: date) -> None:
    hours, rng = Day(day, zone, fair=False), Random(1)
    start_ms, end_ms = day_span_ms(day, zone)
    drawn = [hours.instant(rng) for _ in range(2_000)]
    assert start_ms <= min(drawn) <= max(drawn) < end_ms
    assert {local_day(at_ms, zone) for at_ms in drawn} == {day}


def test_people_look_by_day_more_than_by_night() -> None:
    hours, rng = Day(LAST_DAY, "Indian/Reunion", fair=False), Random(1)
    drawn = [(hours.instant(rng) - hours.start_ms) // 3_600_000 for _ in range(2_000)]
    by_day = sum(8 <= hour < 20 for hour in drawn)
    assert by_day > 0.75 * len(drawn)
