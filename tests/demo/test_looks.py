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

PAGES = ("/c/tTeriiT1", "/c/aPayet97", "/c/", "/c/notice")
TEXT_RATIO_MIN = 4.5
"""WCAG 2.2 AA for text of ordinary size."""


@pytest.fixture(scope="module")
def origin(served) -> Iterator[str]:
    async def no_script(_: object) -> PlainTextResponse:
        return PlainTextResponse("", media_type="text/javascript")

    shown = [Route("/b.js", no_script), *routes("http://127.0.0.1:8000")]
    with served(Starlette(routes=shown)) as client:
        yield str(client.base_url).rstrip("/")


def _open(browser: Browser, address: str, width: int, scheme: str) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page, complaints


@pytest.mark.parametrize("width", [320, 390, 1440])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_its_screen_and_the_browser_does_not_complain(
    browser: Browser, origin: str, path: str, width: int
) -> None:
    page, complaints = _open(browser, origin + path, width, "light")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert complaints == []
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_everything_to_tap_is_large_enough_for_a_thumb(
    browser: Browser, origin: str, path: str
) -> None:
    page, _ = _open(browser, origin + path, 320, "light")
    boxes = [link.bounding_box() for link in page.locator("a").all()]
    assert boxes
    assert all(box["width"] >= 44 and box["height"] >= 32 for box in boxes)
    page.close()


def test_a_tracked_button_is_at_least_44_pixels_high(browser: Browser, origin: str) -> None:
    page, _ = _open(browser, f"{origin}/c/tTeriiT1", 320, "light")
    boxes = [link.bounding_box() for link in page.locator("[data-track]").all()]
    assert all(box["width"] >= 44 and box["height"] >= 44 for box in boxes)
    page.close()


def test_text_twice_as_large_still_fits(browser: Browser, origin: str) -> None:
    page, _ = _open(browser, f"{origin}/c/aPayet97", 320, "light")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_texts_stand_out_from_what_is_behind_them(
    browser: Browser, origin: str, card, scheme: str
) -> None:
    page, _ = _open(browser, f"{origin}/c/{card.id}", 390, scheme)
    for selector in ("h1", ".job", ".company", ".pitch", ".save", ".row b", ".detail", ".foot p"):
        ink, paper = page.locator(selector).first.evaluate(_COLOURS)
        assert _ratio(ink, paper) >= TEXT_RATIO_MIN, selector
    page.close()


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
