"""Whatever the page, the visitor or the installation does: nothing breaks, nothing is refused."""

import re
import time
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.routing import Route

from collector import script
from schema.testing.visits import CARD, distinct, hide, html, names, stored, tag, wait_until

BUTTONS = (
    "<button data-track=phone>Appeler</button><a id=away href=/elsewhere data-track=map>Ici</a>"
)
BLOCKED = {"Content-Security-Policy": "connect-src 'none'"}
PINNED = f'integrity="{script.integrity()}" crossorigin'


def elsewhere(path: str, more: str = ""):
    """A card that loads the script from the collector's own address, which is another site."""

    def page(request):
        src = f"http://127.0.0.1:{request.url.port}{path}"
        return html(f'<script defer src="{src}" data-card="{CARD}" {more}></script>' + BUTTONS)

    return page


DOCUMENT = (Path(__file__).parents[2] / "docs" / "beacon.md").read_text(encoding="utf-8")
(RECEIPT,) = re.findall(r"```html\n(<a href.+?)```", DOCUMENT, re.DOTALL)

VENDOR = '<script defer src="/vendor/widget.js" data-card="vendor01"></script>'

PAGES = (
    Route("/receipt", lambda request: html(tag() + RECEIPT)),
    Route("/there", elsewhere(script.PLAIN_PATH)),
    Route("/there-pinned", elsewhere(script.hashed_path(), PINNED)),
    Route("/marie", lambda request: html(tag() + BUTTONS)),
    Route("/bare", lambda request: html(BUTTONS)),
    Route("/elsewhere", lambda request: html("<a href=/marie>Marie</a>")),
    Route("/blocked", lambda request: html(tag() + BUTTONS, BLOCKED)),
    Route(
        "/module", lambda request: html(f"<script type=module src=/b.js data-card={CARD}></script>")
    ),
    Route("/framed", lambda request: html("<iframe sandbox=allow-scripts src=/marie></iframe>")),
    Route("/wrong/{id}", lambda request: html(tag(request.path_params["id"]) + BUTTONS)),
    Route(
        "/data",
        lambda request: html(
            tag() + f"<script type=application/json data-card={CARD}>{{}}</script>" + BUTTONS
        ),
    ),
    Route(
        "/vendor",
        lambda request: html(VENDOR + tag().replace("b.js", "b.js?ver=6.4") + VENDOR + BUTTONS),
    ),
    Route("/vendor/widget.js", lambda request: Response("", media_type="text/javascript")),
    Route("/beside", lambda request: html(tag() + tag("unknown2") + BUTTONS)),
    Route("/none", lambda request: html("<script defer src=/b.js></script>" + BUTTONS)),
)


@pytest.fixture
def page(browser, card):
    with browser.new_context(base_url=card.url, user_agent=card.agent) as context:
        page = context.new_page()
        page.complaints = []
        page.said = []
        page.asked = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("request", lambda request: page.asked.append(request.url))
        yield page
        assert page.complaints == []


def tracked(page) -> list[str]:
    return [url for url in page.asked if url.endswith("/api/track")]


def leave(page) -> None:
    page.click("#away")
    page.wait_for_url("**/elsewhere")


def test_an_objection_holds_from_the_first_moment_and_for_every_later_page(page, card):
    page.goto("/marie?lang=fr&balise=off#top")
    assert page.evaluate("location.href") == f"{card.url}/marie?lang=fr#top"
    page.click("button")
    page.goto("/marie?src=qr")
    leave(page)
    time.sleep(0.3)
    assert tracked(page) == []
    assert page.evaluate("Object.entries(localStorage)") == [["balise-off", "1"]]


def test_the_documented_receipt_is_shown_as_long_as_the_choice_lasts(page, card):
    page.goto("/receipt")
    assert not page.is_visible("#receipt")
    page.goto("/receipt?balise=off")
    page.wait_for_selector("#receipt", state="visible")
    page.goto("/receipt")
    page.wait_for_selector("#receipt", state="visible")
    page.goto("/receipt?balise=on", referer=f"{card.url}/")
    stored(card, 2)
    assert not page.is_visible("#receipt")


def test_an_objection_is_effective_at_once_in_pages_that_are_open(page, card):
    page.goto("/marie")
    stored(card, 1)
    other = page.context.new_page()
    other.goto("/marie?balise=off")
    page.click("button")
    page.evaluate("balise('devis')")
    hide(page)
    assert names(stored(card, 1)) == ["view"]


@pytest.mark.parametrize("referrer", [None, "https://elsewhere.example/"])
def test_no_printed_code_and_no_other_site_can_take_an_objection_back(page, card, referrer):
    page.goto("/marie?balise=off")
    page.goto("/marie?balise=on", referer=referrer)
    page.click("button")
    leave(page)
    time.sleep(0.3)
    assert tracked(page) == []


def test_an_objection_can_be_taken_back(page, card):
    page.goto("/marie?balise=off")
    page.goto("/marie?balise=on", referer=f"{card.url}/")
    assert names(stored(card, 1)) == ["view"]
    wait_until(lambda: page.evaluate("localStorage.length") == 0)


def test_another_word_changes_no_choice(page, card):
    page.goto("/marie?balise=off")
    page.goto("/marie?balise=maybe")
    time.sleep(0.3)
    assert tracked(page) == []


def test_an_objection_that_cannot_be_stored_holds_for_the_page(page, card):
    page.add_init_script(
        "const full = new Proxy({}, {set() { throw new Error('full') }});"
        "Object.defineProperty(window, 'localStorage', {value: full})"
    )
    page.goto("/marie?balise=off")
    page.click("button")
    time.sleep(0.3)
    assert tracked(page) == []


def test_a_page_that_forbids_requests_works_on(page, card):
    page.goto("/blocked")
    leave(page)
    time.sleep(0.3)
    assert distinct(card) == []
    assert all("Content Security Policy" in said or "blocked" in said for said in page.said)


def test_a_frame_without_an_origin_works_on(page, card):
    page.goto("/framed")
    page.frame_locator("iframe").locator("button").click()
    time.sleep(0.3)
    assert distinct(card) == []


def test_as_a_module_it_does_nothing(page, card):
    page.goto("/module")
    time.sleep(0.3)
    assert (tracked(page), page.said) == ([], [])


@pytest.mark.parametrize("path", ["/none", "/wrong/a", "/wrong/abc_defg", "/wrong/%22%3E"])
def test_a_missing_or_wrong_card_sends_nothing_and_says_so_once(page, path):
    page.goto(path)
    page.click("button")
    page.evaluate("balise('devis')")
    leave(page)
    assert (tracked(page), len(page.said)) == ([], 1)


def test_an_unknown_card_is_asked_for_once_and_the_browser_says_it_once(page, card):
    page.goto("/wrong/unknown1")
    wait_until(lambda: card.counted("unknown_card", 1))
    wait_until(lambda: page.evaluate("localStorage.length") == 0)
    page.click("button")
    page.evaluate("balise('devis')")
    leave(page)
    assert len(tracked(page)) == 1
    (said,) = page.said
    assert "404" in said


def test_a_script_that_only_holds_data_takes_nobody_elsewhere(page, card):
    page.goto("/data")
    page.click("button")
    assert names(stored(card, 2)) == ["view", "click"]


def test_a_script_of_another_vendor_changes_neither_card_nor_address(page, card):
    """It has the same attribute, before the tag and after it; ours has a version, as some sites
    add to every script."""
    page.goto("/vendor")
    page.click("button")
    assert {event.card for event in stored(card, 2)} == {CARD}
    assert tracked(page) == [f"{card.url}/api/track"] * 2


def test_an_unknown_card_does_not_silence_the_one_beside_it(page, card):
    page.goto("/beside")
    wait_until(lambda: page.evaluate("localStorage.length") == 0)
    page.click("button")
    assert names(stored(card, 2)) == ["view", "click"]
    assert len(page.said) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "window.fetch = () => { throw new Error('no') }",
        "window.fetch = () => undefined",
        "window.fetch = () => Promise.reject(new Error('no'))",
        "window.fetch = navigator.sendBeacon = undefined",
        "JSON.stringify = () => 'null'",
        "JSON.stringify = () => ({})",
        "Array.prototype.toJSON = () => 'all'",
        "Object.prototype.toJSON = () => 'all'",
        "Date.now = () => NaN",
        "Date.now = () => 'today'",
        "EventTarget.prototype.addEventListener = () => { throw new Error('no') }",
        "history.replaceState = () => { throw new Error('no') }",
        "Array.prototype.filter = () => { throw new Error('no') }",
        "window.Intl = undefined",
        "window.Map = window.Set = window.URL = undefined",
        "Object.defineProperty(window, 'balise', {value: 1})",
        "Element.prototype.closest = () => { throw new Error('no') }",
        "addEventListener('click', event => event.stopImmediatePropagation(), true)",
    ],
)
def test_on_a_hostile_page_nothing_is_thrown_and_nothing_refused(page, card, hostile):
    page.add_init_script(hostile)
    page.goto("/marie?src=qr")
    page.click("button")
    leave(page)
    time.sleep(0.2)
    assert page.said == []
    assert card.counted("malformed", 0) == {}


def test_an_element_of_its_name_does_not_stop_it(page, card):
    page.add_init_script("document.addEventListener('DOMContentLoaded', () => {})")
    page.goto("/bare")
    page.evaluate(
        "card => { document.body.insertAdjacentHTML('beforeend', '<p id=balise></p>');"
        "const script = document.createElement('script'); script.src = '/b.js';"
        "script.dataset.card = card; document.body.append(script) }",
        CARD,
    )
    assert names(stored(card, 1)) == ["view"]


def test_listeners_of_the_page_that_throw_change_nothing(page, card):
    page.goto("/marie")
    throwing = "addEventListener('click', () => { throw new Error('own') })"
    page.evaluate(f"document.querySelector('button').{throwing}")
    page.click("button")
    assert names(stored(card, 2)) == ["view", "click"]
    assert page.complaints.pop() == "own"


def test_the_page_stays_as_it_was(page, card):
    def look():
        return page.evaluate(
            "[document.body.innerHTML.replace(/<script.*?<.script>/, ''),"
            " getComputedStyle(document.body).cssText,"
            " [...document.body.querySelectorAll(':not(script)')].map("
            "   each => JSON.stringify(each.getBoundingClientRect())),"
            " document.documentElement.scrollHeight]"
        )

    page.goto("/marie")
    stored(card, 1)
    with_it = look()
    page.goto("/bare")
    assert look() == with_it


def test_a_page_that_is_only_looked_at_is_never_measured(page, card):
    """What measures a page makes the browser lay it out there and then."""
    page.add_init_script(
        "window.measured = [];"
        "const own = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollHeight');"
        "Object.defineProperty(Element.prototype, 'scrollHeight',"
        " {get() { measured.push(1); return own.get.call(this) }})"
    )
    page.goto("/marie?src=qr")
    stored(card, 1)
    page.click("button")
    stored(card, 2)
    assert page.evaluate("measured.length") == 0
    page.evaluate("dispatchEvent(new Event('scroll'))")
    assert page.evaluate("measured.length") == 1


def test_nothing_on_the_page_moves(page, card):
    page.add_init_script(
        "window.shifts = []; new PerformanceObserver(list => shifts.push(...list.getEntries()))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto("/marie")
    stored(card, 1)
    page.click("button")
    stored(card, 2)
    page.evaluate("new Promise(painted => requestAnimationFrame(() => setTimeout(painted)))")
    assert page.evaluate("shifts.length") == 0


def test_on_a_slow_phone_everything_is_counted(page, card):
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/marie?src=nfc")
    page.click("button")
    leave(page)
    wait_until(lambda: names(distinct(card)).count("click") == 2)
    found = distinct(card)
    assert [(event.target, event.medium) for event in found if event.name == "click"] == [
        ("phone", "nfc"),
        ("map", "nfc"),
    ]
    assert found[0].name == "view"


@pytest.mark.parametrize("path", ["/there", "/there-pinned"])
def test_a_card_on_another_site_than_the_collector_is_counted(page, card, path):
    page.goto(f"{card.url.replace('127.0.0.1', 'localhost')}{path}?src=qr")
    page.click("button")
    view, click = stored(card, 2)
    assert (view.name, view.medium, view.ref) == ("view", "qr", "")
    assert click.target == "phone"
    wait_until(lambda: page.evaluate("localStorage.length") == 0)
    hide(page)
    assert (page.said, page.context.cookies()) == ([], [])


def test_a_click_is_never_held_up(page, card):
    page.route("**/api/track", lambda route: None)  # no answer, ever
    page.goto("/marie")
    leave(page)
