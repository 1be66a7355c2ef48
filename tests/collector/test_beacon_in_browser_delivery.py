"""Bad networks: what was not delivered is delivered later, once, and is kept nowhere after that."""

import json
import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error
from starlette.routing import Route

from schema.testing.visits import CARD, distinct, hide, html, names, stored, tag, wait_until
from schema.wire import AGE_MS_MAX, EVENTS_MAX

BUTTONS = (
    "<button data-track=phone>Appeler</button><a id=away href=/elsewhere data-track=map>Ici</a>"
)
ENDPOINT = "**/api/track"
HELD = """Object.keys(localStorage).filter(key => key.startsWith('{"v":'))"""
PAGES = (
    Route("/marie", lambda request: html(tag() + BUTTONS)),
    Route("/slow", lambda request: html(tag() + BUTTONS + "<img src=/slow.png>")),
    Route("/no-queue", lambda request: html(tag(more="data-queue=off") + BUTTONS)),
    Route("/elsewhere", lambda request: html("<a href=/marie>Marie</a>")),
)


@pytest.fixture
def context(browser, card):
    with browser.new_context(base_url=card.url, user_agent=card.agent) as context:
        yield context


@pytest.fixture
def page(context):
    page = context.new_page()
    page.complaints = []
    page.refused = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("response", lambda answer: answer.ok or page.refused.append(answer.status))
    yield page
    assert page.complaints == []


def held(page) -> list[str]:
    return page.evaluate(HELD)


def body(seq: int, at: int) -> str:
    events = [{"seq": seq, "name": "view", "at": at}]
    return json.dumps(
        {"v": 1, "card": CARD, "page": "aaaabbbbcccc", "events": events}, separators=(",", ":")
    )


def test_what_is_delivered_leaves_nothing_in_the_browser(page, card):
    page.goto("/marie")
    page.click("button")
    assert names(stored(card, 2)) == ["view", "click"]
    wait_until(lambda: page.evaluate("localStorage.length") == 0)


def test_a_click_while_the_collector_is_away_is_delivered_when_it_is_back(page, card):
    page.goto("/marie")
    stored(card, 1)
    page.route(ENDPOINT, lambda route: route.abort("connectionrefused"))
    page.click("#away")
    page.wait_for_url("**/elsewhere")
    assert names(stored(card, 1)) == ["view"]
    page.unroute(ENDPOINT)
    page.goto("/marie")
    assert sorted(names(stored(card, 3))) == ["click", "view", "view"]
    wait_until(lambda: held(page) == [])


def test_a_collector_in_trouble_is_asked_again(page, card):
    page.route(ENDPOINT, lambda route: route.fulfill(status=503))
    page.goto("/marie")
    wait_until(lambda: len(held(page)) == 1)
    page.unroute(ENDPOINT)
    page.evaluate("dispatchEvent(new Event('online'))")
    assert names(stored(card, 1)) == ["view"]
    wait_until(lambda: held(page) == [])


def test_a_refused_event_is_not_sent_again(page, card):
    page.route(ENDPOINT, lambda route: route.fulfill(status=400))
    page.goto("/marie")
    wait_until(lambda: held(page) == [] and page.refused == [400])


def test_offline_then_reload_then_online_loses_nothing_and_counts_once(page, context, card):
    """The page itself comes from a cache, as on a phone. Where a reload ends on the browser's own
    page of error instead, Chromium now and then forgets what was stored: `docs/beacon.md`."""
    page.goto("/marie")
    (view,) = stored(card, 1)
    context.route(ENDPOINT, lambda route: route.abort("internetdisconnected"))
    page.click("button")
    wait_until(lambda: len(held(page)) == 1)
    page.reload()
    context.unroute(ENDPOINT)
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: held(page) == [])
    found = [event for event in distinct(card) if event.page == view.page]
    assert names(found)[:2] == ["view", "click"]
    assert names(distinct(card)).count("view") == 1


def test_back_online_it_is_delivered_at_once(page, context, card):
    page.goto("/marie")
    stored(card, 1)
    context.set_offline(True)
    page.click("button")
    page.click("button")
    wait_until(lambda: len(held(page)) == 2)
    context.set_offline(False)
    assert names(stored(card, 3)) == ["view", "click", "click"]


def test_a_tab_that_is_killed_offline_is_told_by_the_next_one(page, context, card):
    page.goto("/marie")
    stored(card, 1)
    context.set_offline(True)
    page.click("button")
    wait_until(lambda: len(held(page)) == 1)
    page.close()
    context.set_offline(False)
    context.new_page().goto("/marie")
    wait_until(lambda: len(distinct(card)) >= 3)  # and the engaged time, on a slow machine
    assert {"click", "view"} <= set(names(distinct(card)))


def test_a_tab_that_crashes_loses_no_click(page, context, card):
    page.goto("/marie")
    stored(card, 1)
    page.route(ENDPOINT, lambda route: route.abort("connectionfailed"))
    page.click("button")
    wait_until(lambda: len(held(page)) == 1)
    with page.expect_event("crash"), suppress(Error):  # who is asked is gone before it answers
        page.goto("chrome://crash")
    other = context.new_page()
    other.goto("/marie")
    wait_until(lambda: names(distinct(card)).count("click") == 1)
    wait_until(lambda: held(other) == [])


def test_its_time_is_when_it_happened(page, context, card):
    page.clock.install()
    page.goto("/marie")
    stored(card, 1)
    context.set_offline(True)
    page.click("button")
    hours_ms = 5 * 3_600_000
    page.clock.fast_forward(hours_ms)
    context.set_offline(False)
    wait_until(lambda: "click" in names(distinct(card)))
    click = next(event for event in distinct(card) if event.name == "click")
    assert click.received - click.at == pytest.approx(hours_ms, abs=5_000)


def test_the_first_fifty_are_kept(page, context, card):
    page.goto("/marie")
    stored(card, 1)
    context.set_offline(True)
    page.evaluate("for (let i = 0; i < 60; i++) document.querySelector('button').click()")
    wait_until(lambda: len(held(page)) == EVENTS_MAX)
    context.set_offline(False)
    found = stored(card, 1 + EVENTS_MAX)
    assert max(event.seq for event in found) == EVENTS_MAX


def test_after_72_hours_it_is_given_up(page, card):
    page.goto("/elsewhere")
    now = page.evaluate("Date.now()")
    old, young = body(0, now - AGE_MS_MAX - 60_000), body(1, now - AGE_MS_MAX + 600_000)
    page.evaluate("bodies => bodies.forEach(body => localStorage[body] = 1)", [old, young])
    page.goto("/marie")
    kept = [event for event in stored(card, 2) if event.page == "aaaabbbbcccc"]
    assert [event.seq for event in kept] == [1]
    wait_until(lambda: held(page) == [])


def test_nonsense_in_storage_is_neither_sent_nor_kept_and_what_is_another_s_stays(page, card):
    page.goto("/elsewhere")
    nonsense = ['{"v":1,', '{"v":1,}', '{"v":1,"card":"browser1"}', '{"v":1,"at":1}']
    others = ["null", "{}", "balise", '{"card":"browser1"}']
    page.evaluate("keys => keys.forEach(key => localStorage[key] = 1)", nonsense + others)
    page.goto("/marie")
    assert names(stored(card, 1)) == ["view"]
    wait_until(lambda: sorted(page.evaluate("Object.keys(localStorage)")) == sorted(others))
    assert page.refused == []


def test_the_queue_can_be_turned_off(page, context, card):
    page.goto("/no-queue")
    stored(card, 1)
    context.set_offline(True)
    page.click("button")
    time.sleep(0.3)
    assert page.evaluate("localStorage.length") == 0
    context.set_offline(False)
    assert names(stored(card, 2)) == ["view", "click"]


def test_without_storage_everything_is_still_counted(page, card):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})"
    )
    page.goto("/marie")
    page.click("button")
    assert names(stored(card, 2)) == ["view", "click"]


def test_with_a_storage_that_is_full_everything_is_still_counted(page, card):
    page.goto("/elsewhere")
    page.evaluate("localStorage.x = 'x'.repeat(5 * 1024 * 1024 - 2)")
    page.goto("/marie")
    page.click("button")
    assert names(stored(card, 2)) == ["view", "click"]


@pytest.fixture
def busy(page):
    """A page that is shown, never quiet, and still loading."""
    page.add_init_script("window.requestIdleCallback = () => 0")
    page.route("**/slow.png", lambda route: None)
    page.goto("/slow", wait_until="domcontentloaded")
    return page


def test_what_is_seen_but_never_quiet_is_counted_when_it_is_left(busy, card):
    hide(busy)
    assert names(stored(card, 1)) == ["view"]


def test_a_click_and_an_own_event_before_the_quiet_moment_come_after_their_view(busy, card):
    busy.evaluate("balise('devis')")
    busy.evaluate("document.querySelector('button').click()")
    assert names(stored(card, 3)) == ["view", "devis", "click"]


def test_a_page_that_is_left_hands_its_last_word_to_the_browser(page, card):
    page.clock.install()
    page.goto("/marie")
    stored(card, 1)
    page.evaluate("() => { window.fetch = () => { throw new Error('no') } }")
    page.clock.run_for(4_000)
    hide(page)
    *_, engage = stored(card, 2)
    assert engage.ms == pytest.approx(4_000, abs=1_500)


def test_an_objection_empties_the_queue(page, context, card):
    page.goto("/marie")
    stored(card, 1)
    context.set_offline(True)
    page.click("button")
    wait_until(lambda: len(held(page)) == 1)
    context.set_offline(False)
    page.route(ENDPOINT, lambda route: route.abort())
    page.goto("/marie?balise=off")
    page.unroute(ENDPOINT)
    page.reload()
    time.sleep(0.3)
    assert held(page) == []
    assert len(distinct(card)) <= 2
