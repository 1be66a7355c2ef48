from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import chain, pairwise

import pytest

from balise.demo.buttons import buttons
from balise.demo.people import CARD_BY_ID, CARDS
from balise.demo.rhythm import History
from balise.demo.traffic import day_events, traffic
from collector import clean
from schema.days import day_start_ms, local_day
from schema.spooled import SpooledEvent
from schema.testing.events import NOW_MS
from schema.wire import ENGAGED_MS_MAX, MEDIA, UNKNOWN_MEDIUM

LAST_DAY = date(2026, 11, 18)
HISTORY = History(LAST_DAY, 14, 12_000)
FROM_THE_FIRST = dict.fromkeys(CARD_BY_ID, 0)


def _all(*, seed: int = 1, now_ms: int = NOW_MS, **since_ms: int) -> list[SpooledEvent]:
    lists = traffic(HISTORY, since_ms=FROM_THE_FIRST | since_ms, seed=seed, now_ms=now_ms)
    return list(chain.from_iterable(lists))


@pytest.fixture(scope="module")
def events() -> list[SpooledEvent]:
    return _all()


@pytest.fixture(scope="module")
def pages(events: list[SpooledEvent]) -> dict[str, list[SpooledEvent]]:
    found = defaultdict(list)
    for event in events:
        found[event.page].append(event)
    return found


def test_the_same_seed_gives_the_same_events(events: list[SpooledEvent]) -> None:
    assert _all() == events


def test_another_seed_gives_others(events: list[SpooledEvent]) -> None:
    assert not {event.page for event in _all(seed=2)} & {event.page for event in events}


def test_no_event_comes_twice(events: list[SpooledEvent]) -> None:
    assert len({(event.card, event.page, event.seq) for event in events}) == len(events)


def test_nothing_comes_from_the_future_and_what_is_left_comes_later() -> None:
    now = _all()
    later = _all(now_ms=NOW_MS + 6 * 3_600_000)
    since = dict.fromkeys(CARD_BY_ID, NOW_MS)
    rest = _all(now_ms=NOW_MS + 6 * 3_600_000, **since)
    assert max(event.received for event in now) <= NOW_MS < min(event.received for event in rest)
    assert sorted(map(str, now + rest)) == sorted(map(str, later))


def test_every_card_has_every_day_of_the_history_in_its_own_zone(
    events: list[SpooledEvent],
) -> None:
    days = defaultdict(set)
    for event in events:
        days[event.card].add(local_day(event.at, CARD_BY_ID[event.card].zone))
    for card in CARDS:
        assert days[card.id] >= set(HISTORY.days())
        assert min(days[card.id]) == HISTORY.first_day


def test_a_day_holds_exactly_what_its_rhythm_says() -> None:
    for card in CARDS:
        assert len(day_events(card, LAST_DAY, HISTORY, 1)) == HISTORY.events(1, card, LAST_DAY)


def test_no_page_is_open_across_local_midnight() -> None:
    for card in CARDS:
        end_ms = day_start_ms(LAST_DAY + timedelta(days=1), card.zone)
        assert max(event.at for event in day_events(card, LAST_DAY, HISTORY, 1)) < end_ms


def test_a_page_begins_with_its_view_and_goes_on_in_order(
    pages: dict[str, list[SpooledEvent]],
) -> None:
    for page in pages.values():
        assert [event.seq for event in page] == list(range(len(page)))
        assert [event.name for event in page].count("view") == 1
        assert page[0].name == "view"
        assert all(one.at <= next_.at for one, next_ in pairwise(page))
        assert len({(event.visitor, event.agent, event.medium) for event in page}) == 1


def test_attention_only_grows_within_a_page(pages: dict[str, list[SpooledEvent]]) -> None:
    for page in pages.values():
        told = [(event.ms, event.scroll) for event in page if event.name == "engage"]
        assert told == sorted(told)
        assert all(0 < ms <= ENGAGED_MS_MAX and scroll <= 100 for ms, scroll in told)


def test_only_buttons_that_the_card_shows_are_tapped(events: list[SpooledEvent]) -> None:
    shown = {card.id: {(each.target, each.place) for each in buttons(card)} for card in CARDS}
    for event in events:
        if event.name == "click":
            assert (event.target, event.label) in shown[event.card]
        else:
            assert not event.target


def test_what_is_spooled_is_what_the_collector_would_have_let_through(
    events: list[SpooledEvent],
) -> None:
    for event in events:
        assert clean.medium(event.medium) == event.medium
        assert clean.host(event.ref) == event.ref
        assert clean.language(event.lang) == event.lang
        assert clean.zone(event.tz) == event.tz
        assert clean.agent(event.agent.encode()) == event.agent
        assert event.network.endswith(".0/24")


def test_people_come_by_every_medium(events: list[SpooledEvent]) -> None:
    assert {event.medium for event in events} == {*MEDIA, UNKNOWN_MEDIUM}


def test_the_funnel_narrows_as_people_would_believe(events: list[SpooledEvent]) -> None:
    names = Counter(event.name for event in events)
    assert 0.3 < names["click"] / names["view"] < 0.6
    assert names["engage"] > names["view"]


def test_some_visitors_come_back_the_same_day_and_none_the_next(
    events: list[SpooledEvent],
) -> None:
    views, days = Counter[int](), defaultdict(set)
    for event in events:
        views[event.visitor] += event.name == "view"
        days[event.visitor].add((event.card, local_day(event.at, CARD_BY_ID[event.card].zone)))
    assert 0.1 < sum(n > 1 for n in views.values()) / len(views) < 0.3
    assert all(len(seen) == 1 for seen in days.values())


def test_a_small_part_is_automatic(events: list[SpooledEvent]) -> None:
    marks = ("bot", "preview", "facebookexternalhit", "WhatsApp/", "Slackbot", "Headless")
    found = [event for event in events if event.mark or any(m in event.agent for m in marks)]
    assert 0.01 < len(found) / len(events) < 0.05
    assert {"owner", "prefetch"} <= {event.mark for event in found}
    assert all(event.name == "view" for event in found)
