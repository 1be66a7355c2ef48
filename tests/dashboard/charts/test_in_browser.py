"""Drawings in a real browser under the product's own policy: finger, keys, drag, and no script."""

from collections.abc import Iterator
from datetime import date, timedelta
from time import time

import pytest
from playwright.sync_api import expect

from dashboard.charts.figure import figure
from dashboard.charts.values import Grid, Point, Series
from dashboard.languages import read_languages
from dashboard.looks import style
from dashboard.rendering import STATIC
from dashboard.security import HEADERS

FRENCH = read_languages()["fr"]
SITE = "https://drawings.example"
PAGE = f"""<!doctype html><html lang="fr"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>x</title>
{style("dashboard")}{style("charts")}
<script type="module" src="/charts.js"></script><main>DRAWINGS</main>"""
DAYS = 11


def _drawings() -> str:
    first = date(2026, 11, 1)
    points = tuple(Point(first + timedelta(days=n), 10 * n, n) for n in range(DAYS))
    week = tuple(tuple(100 * day + hour for hour in range(24)) for day in range(7))
    series = Series("Vues", "day", points, "Avant")
    return figure(series, FRENCH) + figure(Grid("Visites", week), FRENCH)


def _fulfil(route):
    name = route.request.url.removeprefix(f"{SITE}/").partition("?")[0]
    if name.endswith(".js"):
        body = (STATIC / name).read_text(encoding="utf-8")
        route.fulfill(body=body, content_type="text/javascript")
    else:
        headers = {**HEADERS, "Content-Type": "text/html"}
        route.fulfill(body=PAGE.replace("DRAWINGS", _drawings()), headers=headers)


@pytest.fixture
def page(browser) -> Iterator[object]:
    with browser.new_context(viewport={"width": 320, "height": 900}, has_touch=True) as context:
        context.route(f"{SITE}/**", _fulfil)
        page = context.new_page()
        told = []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto(f"{SITE}/cards/x?period=30&source=qr")
        yield page
        assert told == []


def _over(page, kind, part, height=0.5):
    box = page.locator(f"[data-chart={kind}] > svg").bounding_box()
    return box["x"] + box["width"] * part, box["y"] + box["height"] * height


def test_a_finger_shows_the_figures_of_the_nearest_day_within_the_page(page):
    tip = page.locator("[data-chart=series] .tip")
    page.mouse.move(*_over(page, "series", 0.99))
    expect(tip).to_contain_text("mercredi 11 novembre 2026100 Vues10 Avant")
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    page.mouse.move(0, 0)
    expect(tip).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_keys_walk_from_day_to_day_and_escape_ends_it(page):
    tip = page.locator("[data-chart=series] .tip")
    page.keyboard.press("Tab")
    expect(tip).to_contain_text("dimanche 1er novembre 2026")
    page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("lundi 2 novembre 2026")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_a_drag_across_days_leads_to_them_and_keeps_the_filters(page):
    page.mouse.move(*_over(page, "series", 0.21))
    page.mouse.down()
    page.mouse.move(*_over(page, "series", 0.49), steps=4)
    assert page.locator(".c-chosen").count() == 1
    page.mouse.up()
    page.wait_for_url("**from=2026-11-03**")
    assert page.url.endswith("?source=qr&from=2026-11-03&to=2026-11-06")


def slide(page, start, *, by):
    """A finger, as the device tells of it: touched at the start, and lifted once it lay still, for
    the browser takes a tap after a throw for the end of the throw."""
    finger, began_s = page.context.new_cdp_session(page), time() - 2
    way = [tuple(at + far * n / 8 for at, far in zip(start, by, strict=True)) for n in range(9)]
    for n, (x, y) in enumerate(way):
        touch = {"touchPoints": [{"x": x, "y": y}], "timestamp": began_s + n / 10}
        kind = "touchMove" if n else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind} | touch)
    lifted = {"type": "touchEnd", "touchPoints": [], "timestamp": began_s + 2}
    finger.send("Input.dispatchTouchEvent", lifted)


def test_a_finger_that_slid_across_days_is_offered_them_and_a_tap_takes_them(page):
    width = page.locator("[data-chart=series] > svg").bounding_box()["width"]
    before = page.url
    slide(page, _over(page, "series", 0.21), by=(0.28 * width, 0))
    offered = page.locator("[data-chart=series] .tip a")
    expect(offered).to_have_text("mardi 3 novembre 2026 – vendredi 6 novembre 2026 →")
    assert page.locator(".c-chosen").count() == 1
    assert page.url == before
    box = page.locator("[data-chart=series] .tip").bounding_box()
    assert 0 <= box["x"] <= 320 - box["width"]
    offered.tap()
    page.wait_for_url("**from=2026-11-03**")
    assert page.url.endswith("?source=qr&from=2026-11-03&to=2026-11-06")


def test_what_a_finger_is_offered_goes_with_a_touch_elsewhere(page):
    slide(page, _over(page, "series", 0.21), by=(80, 0))
    page.touchscreen.tap(5, 890)
    expect(page.locator("[data-chart=series] .tip")).to_be_hidden()
    assert page.locator(".c-chosen").count() == 0


def test_a_finger_that_goes_up_scrolls_the_page_and_chooses_nothing(page):
    page.set_viewport_size({"width": 320, "height": 300})
    slide(page, _over(page, "series", 0.5, 0.9), by=(10, -150))
    page.wait_for_function("scrollY > 50")
    expect(page.locator("[data-chart=series] .tip")).to_be_hidden()
    assert page.locator(".c-chosen").count() == 0


def test_a_tap_says_the_figures_of_its_day_and_leads_nowhere(page):
    before = page.url
    page.touchscreen.tap(*_over(page, "series", 0.5))
    expect(page.locator("[data-chart=series] .tip")).to_contain_text("vendredi 6 novembre 2026")
    assert page.locator(".c-chosen").count() == 0
    assert page.url == before


def test_shift_and_the_arrows_choose_days_that_enter_opens(page):
    for keys in ("Tab", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(keys)
    offered = page.locator("[data-chart=series] .tip a")
    expect(offered).to_have_text("lundi 2 novembre 2026 – mercredi 4 novembre 2026 →")
    page.keyboard.press("ArrowRight")
    expect(offered).to_have_count(0)
    assert page.locator(".c-chosen").count() == 0
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=2026-11-04**")
    assert page.url.endswith("?source=qr&from=2026-11-04&to=2026-11-05")


def test_a_click_without_a_drag_leads_nowhere(page):
    before = page.url
    page.mouse.click(*_over(page, "series", 0.5))
    assert page.url == before


def test_a_cell_of_the_week_says_its_day_and_hour(page):
    cells = page.locator("[data-chart=grid] > svg > svg").bounding_box()
    page.mouse.move(cells["x"] + cells["width"] * 9.5 / 24, cells["y"] + cells["height"] * 2.5 / 7)
    expect(page.locator("[data-chart=grid] .tip")).to_have_text("mer. 9\xa0h209")


def test_without_scripts_everything_is_in_the_table(browser):
    with browser.new_context(java_script_enabled=False) as context:
        context.route(f"{SITE}/**", _fulfil)
        page = context.new_page()
        page.goto(f"{SITE}/cards/x")
        page.click("[data-chart=series] summary")
        assert page.locator("[data-chart=series] tbody tr").count() == DAYS
        assert "mercredi 11 novembre 2026" in page.inner_text("[data-chart=series] table")
