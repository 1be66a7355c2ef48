"""The script in a real browser against the real collector: what counts is what reached the disk."""

import time

import pytest
from starlette.routing import Route

from schema import items
from schema.targets import TARGET_NAMES
from schema.testing.visits import CARD, distinct, hide, html, names, show, stored, tag, wait_until

HALF_HOUR_MS = 30 * 60_000
TAG = tag()


def card_page(request):
    buttons = "".join(f'<button data-track="{name}">{name}</button>' for name in TARGET_NAMES)
    return html(
        f"{TAG}<a href='tel:+262692000000' data-track=phone data-track-label=header>"
        "<b>Appeler</b></a><a id=away href='/elsewhere' data-track=website>Site</a>"
        f"{buttons}<button id=odd data-track=door>?</button><div style='height:4000px'></div>"
    )


def links_page(request):
    """Every kind of button is a link that leaves the page."""
    links = "".join(
        f"<a id={name} data-track={name} href=/left>{name}</a> " for name in TARGET_NAMES
    )
    return html(TAG + links)


PAGES = (
    Route("/marie", card_page),
    Route("/links", links_page),
    Route("/left", lambda request: html("")),
    Route("/twice", lambda request: html(TAG + TAG)),
    Route("/elsewhere", lambda request: html("<a href='/marie'>Marie</a>")),
)


@pytest.fixture
def page(browser, card):
    context = browser.new_context(
        base_url=card.url,
        user_agent=card.agent,
        locale="fr-FR",
        timezone_id="Indian/Reunion",
    )
    opened = context.new_page()
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.on("console", lambda message: opened.errors.append(message.text))
    yield opened
    assert opened.errors == []
    context.close()


def restore_from_cache(page) -> None:
    page.evaluate(
        "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))",
    )


def test_a_visible_card_is_one_view(page, card):
    page.goto("/marie")
    (view,) = stored(card, 1)
    assert (view.card, view.name, view.seq, view.medium) == (CARD, "view", 0, "inconnu")
    assert (view.lang, view.tz, view.width) == (
        "fr-FR",
        "Indian/Reunion",
        0,
    )  # nobody asks how wide
    assert len(view.page) == 12


def test_a_reload_goes_on_without_a_new_view(page, card):
    page.goto("/marie")
    stored(card, 1)
    page.reload()
    page.locator("button[data-track=map]").click()
    view, click = stored(card, 2)
    assert (view.name, click.name, click.seq) == ("view", "click", 1)


@pytest.mark.parametrize(
    ("away_ms", "views"), [(HALF_HOUR_MS - 1_000, 1), (HALF_HOUR_MS + 1_000, 2)]
)
def test_a_reload_is_a_view_only_after_half_an_hour(page, card, away_ms, views):
    page.clock.install()
    page.goto("/marie")
    stored(card, 1)
    hide(page)
    page.clock.fast_forward(away_ms)
    page.reload()
    assert names(stored(card, views)) == ["view"] * views


def test_what_an_application_keeps_in_the_tabs_history_is_left_alone(page, card):
    page.goto("/marie")
    stored(card, 1)
    page.evaluate("navigation.updateCurrentEntry({state: {mine: 1}})")
    page.reload()
    stored(card, 2)
    assert page.evaluate("[navigation.currentEntry.getState(), history.state]") == [
        {"mine": 1},
        None,
    ]


def test_the_same_address_opened_anew_is_a_new_view(page, card):
    page.goto("/marie")
    stored(card, 1)
    page.goto("/elsewhere")
    page.click("a")
    page.wait_for_url("**/marie")
    assert names(stored(card, 2)) == ["view"] * 2


def test_medium_and_item_are_read_from_the_address_and_leave_it(page, card):
    item = items.sign(card.book.item_key, card=CARD, code="salon026", medium="qr")
    page.goto(f"/marie?lang=fr&src=qr&item={item}#contact")
    (view,) = stored(card, 1)
    assert (view.medium, view.item) == ("qr", "salon026")
    assert page.evaluate("location.href") == f"{card.url}/marie?lang=fr#contact"


def test_what_else_the_address_says_stays_as_it_is_written(page, card):
    page.goto("/marie?a=b%20c&src=qr&edit&src=nfc&d~=(1)&xsrc=2&balise=on#src=qr")
    stored(card, 1)
    assert page.evaluate("location.href") == f"{card.url}/marie?a=b%20c&edit&d~=(1)&xsrc=2#src=qr"


def test_an_address_without_them_is_left_alone(page, card):
    page.goto("/marie?a=b%20c&d")
    stored(card, 1)
    assert page.url == f"{card.url}/marie?a=b%20c&d"


def test_the_referrer_is_another_sites_host_and_never_its_path(page, card):
    page.goto("/marie", referer="https://www.example.fr/clients/jean-dupont?email=a@b.c")
    assert [event.ref for event in stored(card, 1)] == ["www.example.fr"]


def test_a_click_inside_a_tracked_link_tells_its_target_and_its_place(page, card):
    page.goto("/marie")
    page.evaluate("document.querySelector('b').click()")
    view, click = stored(card, 2)
    assert (click.name, click.target, click.label) == ("click", "phone", "header")
    assert (click.seq, click.page) == (1, view.page)


def test_every_kind_of_button_is_counted(page, card):
    page.goto("/marie")
    for name in TARGET_NAMES:
        page.locator(f"button[data-track={name}]").click()
    clicks = [event for event in stored(card, 1 + len(TARGET_NAMES)) if event.name == "click"]
    assert {click.target for click in clicks} == TARGET_NAMES


def test_a_click_that_leaves_the_page_is_counted_and_not_held_up(page, card):
    page.goto("/marie")
    page.click("#away")
    page.wait_for_url("**/elsewhere")
    wait_until(lambda: "click" in names(card.spooled()))


def test_every_kind_of_button_is_counted_as_it_leaves_the_page(page, card):
    for name in TARGET_NAMES:
        page.goto("/links")
        page.click(f"#{name}")
        page.wait_for_url("**/left")
    wait_until(lambda: names(distinct(card)).count("click") >= len(TARGET_NAMES))
    clicks = [event.target for event in distinct(card) if event.name == "click"]
    assert sorted(clicks) == sorted(TARGET_NAMES)


def test_a_button_added_later_is_counted(page, card):
    page.goto("/marie")
    page.evaluate(
        "document.body.insertAdjacentHTML('afterbegin', '<a id=late data-track=sms>SMS</a>')"
    )
    page.click("#late")
    assert [event.target for event in stored(card, 2)] == ["", "sms"]


def test_a_target_outside_the_contract_is_not_sent(page, card):
    page.goto("/marie")
    page.click("#odd")
    assert names(stored(card, 1)) == ["view"]
    assert card.counted("malformed", 0) == {}


def test_a_card_opened_in_the_background_counts_when_it_is_first_shown(page, card):
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
    )
    page.goto("/marie")
    time.sleep(0.3)
    assert card.spooled() == []
    show(page)
    assert names(stored(card, 1)) == ["view"]


def test_a_card_that_is_never_shown_is_never_counted(page, card):
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
    )
    page.goto("/marie")
    page.evaluate("document.querySelector('button').click()")
    page.goto("/elsewhere")
    time.sleep(0.3)
    assert card.spooled() == []


@pytest.mark.parametrize(
    ("away_ms", "views"), [(HALF_HOUR_MS - 1_000, 1), (HALF_HOUR_MS + 1_000, 2)]
)
def test_a_return_from_the_cache_is_a_view_only_after_half_an_hour(page, card, away_ms, views):
    page.clock.install()
    page.goto("/marie")
    stored(card, 1)
    hide(page)
    page.clock.fast_forward(away_ms)
    restore_from_cache(page)
    show(page)
    seen = stored(card, views)
    assert names(seen) == ["view"] * views
    assert len({event.page for event in seen}) == views


def test_without_a_navigation_api_a_return_after_half_an_hour_is_a_view_too(page, card):
    page.add_init_script("Object.defineProperty(window, 'navigation', {value: undefined})")
    page.clock.install()
    page.goto("/marie")
    stored(card, 1)
    hide(page)
    page.clock.fast_forward(HALF_HOUR_MS + 1_000)
    show(page)  # browsers tell this before `pageshow`
    restore_from_cache(page)
    assert names(stored(card, 2)) == ["view"] * 2


def test_a_tab_shown_again_is_no_new_view(page, card):
    page.clock.install()
    page.goto("/marie")
    hide(page)
    page.clock.fast_forward(2 * HALF_HOUR_MS)
    show(page)
    assert names(stored(card, 1)) == ["view"]


def test_engaged_time_is_cumulated_and_told_every_15_seconds_and_when_hidden(page, card):
    page.clock.install()
    page.goto("/marie")
    page.clock.run_for(15_000)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function("scrollY > 0")
    page.mouse.move(5, 5)
    page.clock.run_for(15_000)
    page.clock.run_for(4_000)
    hide(page)
    view, *engaged = stored(card, 4)
    assert view.name == "view"
    assert names(engaged) == ["engage"] * 3
    for event, ms in zip(engaged, (15_000, 30_000, 34_000), strict=True):
        assert event.ms == pytest.approx(ms, abs=1_500)
    assert engaged[0].scroll < 50
    assert engaged[2].scroll == 100


def test_an_idle_person_is_engaged_for_30_seconds_and_no_longer(page, card):
    page.clock.install()
    page.goto("/marie")
    page.clock.run_for(10 * 60_000)
    *_, last = stored(card, 3)
    assert last.ms == pytest.approx(30_000, abs=100)


@pytest.mark.parametrize(
    "objection",
    [
        "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})",
        "Object.defineProperty(navigator, 'doNotTrack', {value: '1'})",
    ],
)
def test_after_an_objection_no_request_leaves_the_browser(page, card, objection):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(objection)
    page.goto("/marie")
    page.click("#odd")
    page.locator("button[data-track=phone]").click()
    hide(page)
    time.sleep(0.3)
    assert sorted(asked) == [f"{card.url}/b.js", f"{card.url}/marie"]
    assert card.spooled() == []


def test_the_same_tag_twice_counts_once(page, card):
    page.goto("/twice")
    stored(card, 1)


@pytest.mark.parametrize(
    "broken_beacon",
    ["navigator.sendBeacon = () => false", "navigator.sendBeacon = undefined"],
)
def test_when_the_beacon_queue_is_full_or_missing_a_kept_alive_request_goes(
    page, card, broken_beacon
):
    page.add_init_script(broken_beacon)
    page.goto("/marie")
    assert names(stored(card, 1)) == ["view"]


@pytest.mark.parametrize(
    "hostile",
    [
        "navigator.sendBeacon = window.fetch = () => { throw new Error('no') }",
        "JSON.stringify = () => { throw new Error('no') }",
        "history.replaceState = () => { throw new Error('no') }",
        "EventTarget.prototype.addEventListener = () => { throw new Error('no') }",
    ],
)
def test_on_a_hostile_page_it_never_throws_and_buttons_work(page, card, hostile):
    page.add_init_script(hostile)
    page.goto("/marie?src=qr")
    page.click("#away")
    page.wait_for_url("**/elsewhere")


def test_it_leaves_no_cookie_no_storage_and_no_global(page, card):
    page.goto("/elsewhere")
    globals_before = page.evaluate("Object.getOwnPropertyNames(window)")
    page.goto("/marie")
    stored(card, 1)
    left = page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")
    assert left == ["", 0, 0]
    assert page.context.cookies() == []
    named = set(page.evaluate("Object.getOwnPropertyNames(window)")) - set(globals_before)
    assert named == {"balise"}
