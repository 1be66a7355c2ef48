"""Visitors' pages in a real browser: with the keyboard alone, without scripts, on every screen."""

import pytest
from starlette.responses import HTMLResponse
from starlette.routing import Route

from schema.directory import cards

CARD = "enNavig1"
CARD_PAGE = "<link rel=icon href=data:,><h1>Marie</h1>"


@pytest.fixture
def collector(make_collector):
    shown = Route("/marie", lambda request: HTMLResponse(CARD_PAGE))
    return make_collector(pages=[shown], card=CARD)


@pytest.fixture
def here(collector, directory):
    """The card is on the collector's own address."""
    with directory.write() as conn:
        cards.change(conn, CARD, url=f"{collector.url}/marie", origins=[collector.url])
    return collector.url


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page(request, browser, here):
    with browser.new_context(
        base_url=here, locale="fr-FR", java_script_enabled=request.param
    ) as context:
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        yield page
        assert page.complaints == []


def test_one_click_leads_back_to_the_card_with_the_choice(page, here):
    page.goto(f"/objection?card={CARD}")
    page.click("text=Ne plus me compter")
    page.wait_for_url(f"{here}/marie?balise=off")
    assert page.inner_text("h1") == "Marie"


def test_the_keyboard_is_enough_and_the_choice_comes_first(page, here):
    page.goto(f"/objection?card={CARD}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{here}/marie?balise=off")


def test_the_card_learns_which_site_the_choice_comes_from_and_no_more(page, here):
    page.goto(f"/objection?card={CARD}")
    with page.expect_request(lambda request: "/marie" in request.url) as asked:
        page.click("text=Me compter à nouveau")
    assert asked.value.all_headers()["referer"] == f"{here}/"


@pytest.mark.parametrize("path", [f"/objection?card={CARD}", "/objection", "/q/nobody99"])
def test_a_page_fits_every_screen_in_its_own_style(browser, here, path):
    for scheme in ("light", "dark"):
        with browser.new_context(base_url=here, locale="fr-FR", color_scheme=scheme) as context:
            page = context.new_page()
            complaints = []
            page.on("console", lambda message, kept=complaints: kept.append(message.text))
            page.goto(path)
            for width in (320, 390, 1440):
                page.set_viewport_size({"width": width, "height": 800})
                for size in ("100%", "200%"):
                    page.evaluate("size => document.documentElement.style.fontSize = size", size)
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            background = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert background == {"light": "rgb(250, 248, 244)", "dark": "rgb(16, 23, 26)"}[scheme]
            assert [each for each in complaints if "404" not in each] == []
