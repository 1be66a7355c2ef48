"""Pages that come, go, come back and change: the browser's own cache, prerender, applications."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from starlette.routing import Route

from schema.testing.browser import ARGUMENTS, system_chromium
from schema.testing.visits import distinct, html, names, stored, tag, wait_until

RULES = '{"prerender": [{"source": "list", "urls": ["/marie"]}]}'
BUTTONS = "<button data-track=phone>Appeler</button><a id=away href=/elsewhere>Ici</a>"


purposes: list[str] = []


def marie(request):
    purposes.append(request.headers.get("sec-purpose", ""))
    return html(tag() + BUTTONS)


PAGES = (
    Route("/marie", marie),
    Route("/elsewhere", lambda request: html("<a href=/marie>Marie</a>")),
    Route(
        "/before",
        lambda request: html(
            f"<script type=speculationrules>{RULES}</script><a href=/marie>Marie</a>"
        ),
    ),
)


@pytest.fixture
def page(browser, card):
    with browser.new_context(base_url=card.url, user_agent=card.agent) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def remembering_browser(browser: Browser) -> Iterator[Browser]:
    """With the back/forward cache, which Playwright turns off."""
    launched = browser.browser_type.launch(
        executable_path=system_chromium(),
        args=list(ARGUMENTS),
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield launched
    launched.close()


@pytest.fixture
def remembered(remembering_browser, card):
    with remembering_browser.new_context(base_url=card.url, user_agent=card.agent) as context:
        page = context.new_page()
        page.goto("/marie")
        stored(card, 1)
        page.evaluate("window.mark = 1")
        yield page


def away_and_back(page) -> None:
    page.click("#away")
    page.wait_for_url("**/elsewhere")
    page.evaluate("history.back()")
    page.wait_for_url("**/marie", wait_until="commit")  # nothing is loaded again
    wait_until(lambda: page.evaluate("window.mark") == 1)  # the very same document


def views(card) -> list[str]:
    return [event.page for event in distinct(card) if event.name == "view"]


def test_a_return_from_the_real_cache_goes_on_with_the_same_page(remembered, card):
    away_and_back(remembered)
    remembered.click("button")
    wait_until(lambda: "click" in names(distinct(card)))
    assert len({event.page for event in distinct(card)}) == 1
    assert len(views(card)) == 1


def test_a_return_from_the_real_cache_after_half_an_hour_is_a_view(remembered, card):
    remembered.evaluate(
        "() => { const now = Date.now; let later = 0; Date.now = () => now() + later;"
        "addEventListener('visibilitychange', () => { later = 31 * 60_000 }) }"
    )
    away_and_back(remembered)
    wait_until(lambda: len(views(card)) == 2)
    assert len(set(views(card))) == 2


def test_a_page_with_a_click_on_its_way_is_still_kept_by_the_cache(remembered, card):
    remembered.evaluate("document.querySelector('button').click()")
    away_and_back(remembered)
    wait_until(lambda: "click" in names(distinct(card)))


def test_a_really_prerendered_page_counts_when_it_is_opened_and_not_before(page, card):
    purposes.clear()
    page.goto("/before")
    wait_until(lambda: any("prerender" in purpose for purpose in purposes))
    time.sleep(0.5)
    assert distinct(card) == []
    page.click("a")
    page.wait_for_url("**/marie")
    assert names(stored(card, 1)) == ["view"]


@pytest.mark.parametrize("method", ["pushState", "replaceState"])
def test_another_path_of_an_application_is_another_page(page, card, method):
    page.goto("/marie?src=qr")
    (first,) = stored(card, 1)
    page.evaluate(f"history.{method}(null, '', '/paul')")
    page.click("button")
    found = stored(card, 3)
    other = [event for event in found if event.page != first.page]
    assert names(other) == ["view", "click"]
    assert (first.medium, other[0].medium) == ("qr", "inconnu")


def test_going_back_in_an_application_is_another_page(page, card):
    page.goto("/marie")
    page.evaluate("history.pushState(null, '', '/paul')")
    stored(card, 2)
    page.evaluate("history.back()")
    assert names(stored(card, 3)) == ["view"] * 3


@pytest.mark.parametrize("address", ["/marie#contact", "/marie?tab=2"])
def test_another_part_of_the_same_path_is_the_same_page(page, card, address):
    page.goto("/marie")
    page.evaluate(f"history.pushState(null, '', '{address}')")
    assert names(stored(card, 1)) == ["view"]


def test_without_a_navigation_api_the_next_sign_of_life_finds_the_new_path(page, card):
    page.add_init_script("Object.defineProperty(window, 'navigation', {value: undefined})")
    page.goto("/marie")
    stored(card, 1)
    page.evaluate("history.pushState(null, '', '/paul')")
    page.mouse.move(5, 5)
    wait_until(lambda: len(views(card)) == 2)


def test_a_mark_in_a_new_path_is_read_and_removed(page, card):
    page.goto("/marie")
    page.evaluate("history.pushState(null, '', '/paul?src=nfc')")
    assert {event.medium for event in stored(card, 2)} == {"inconnu", "nfc"}
    assert page.url == f"{card.url}/paul"
