"""The card pages in a real browser: phone and desk, light and dark."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from balise.demo.card_page import FOLDER, routes
from balise.demo.people import CARDS

PAGES = ("/c/tTeriiT1", "/c/aPayet97", "/c/", "/c/aPayet97/notice")
OPEN_DRAWERS = "document.querySelectorAll('details').forEach(drawer => drawer.open = true)"
TEXT_RATIO_MIN = 4.5
"""WCAG 2.2 AA for text of ordinary size."""


@pytest.fixture(scope="module")
def origin(served) -> Iterator[str]:
    async def no_script(_: object) -> PlainTextResponse:
        return PlainTextResponse("", media_type="text/javascript")

    shown = [Route("/b.js", no_script), *routes("http://127.0.0.1:8000")]
    with served(Starlette(routes=shown)) as client:
        yield str(client.base_url).rstrip("/")


@pytest.fixture(params=["fr-FR", "en-GB"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 320, "height": 800}, locale=request.param)
    yield page
    page.close()


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_every_screen_and_the_browser_does_not_complain(
    page: Page, origin: str, path: str
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(origin + path)
    page.evaluate(OPEN_DRAWERS)
    for width in (320, 390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert _fits(page), width
    assert complaints == []


def test_text_twice_as_large_still_fits_the_smallest_screen(page: Page, origin: str) -> None:
    for path in PAGES:
        page.goto(origin + path)
        page.evaluate(OPEN_DRAWERS)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert _fits(page), path


def test_everything_to_tap_is_large_enough_for_a_thumb(page: Page, origin: str) -> None:
    for path in PAGES:
        page.goto(origin + path)
        page.evaluate(OPEN_DRAWERS)
        for link in page.locator("a:visible, summary, button:visible").all():
            box = link.bounding_box()
            least = 44 if link.get_attribute("data-track") else 32
            assert box is not None
            assert min(box["width"], box["height"]) >= least, link.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(page: Page, origin: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    for card in CARDS:
        page.goto(f"{origin}/c/{card.id}")
        page.evaluate(OPEN_DRAWERS)
        for selector in (
            "h1",
            ".job",
            ".company",
            ".pitch",
            ".save",
            ".row b",
            ".detail",
            ".more summary span",
            ".channels span",
            ".how p:last-child",
            ".foot p",
        ):
            ink, paper = page.locator(selector).first.evaluate(_COLOURS)
            assert _ratio(ink, paper) >= TEXT_RATIO_MIN, (card.id, selector)


_COLOURS = """element => {
  const ink = getComputedStyle(element).color;
  let behind = element;
  while (getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") {
    behind = behind.parentElement;
  }
  return [ink, getComputedStyle(behind).backgroundColor];
}"""


def _ratio(one: str, other: str) -> float:
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_theme_has_its_picture_and_its_colours_for_light_and_dark() -> None:
    sheet = (FOLDER / "static" / "card.css").read_text(encoding="utf-8")
    pictures: Path = FOLDER / "templates" / "art"
    themes = {card.theme for card in CARDS}
    assert {path.stem for path in pictures.glob("*.svg")} == themes
    assert all(sheet.count(f'[data-theme="{theme}"]') == 2 for theme in themes)
