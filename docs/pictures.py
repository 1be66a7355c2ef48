"""Draws the README's pictures from the demo: `python docs/pictures.py` writes `docs/images/`.

Each tier on a phone and on a desk, in light. The demo's numbers follow from its seed, but its days
follow the calendar, so the pictures change from day to day.
"""

import tempfile
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, sync_playwright

from balise.demo.people import PASSWORD
from schema.testing.browser import launch
from schema.testing.server import running

IMAGES = Path(__file__).parent / "images"
PAGES = (
    ("essentiel", "essentiel@demo.example", "/cards/mKerouan"),
    ("premium", "premium@demo.example", "/cards/aPayet97#period"),
    ("force-de-vente", "force-de-vente@demo.example", "/cards/pMontout#period"),
    ("multi-cartes", "multi-cartes@demo.example", "/cards"),
)
SCREENS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("phone", {"viewport": {"width": 390, "height": 1400}}),
    ("desk", {"viewport": {"width": 1280, "height": 1400}}),
)


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "var", "serve", "--demo") as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for name, email, path in PAGES:
            cookie = _signed_in(server.origin, email)
            for screen, given in SCREENS:
                target = IMAGES / f"{name}-{screen}.png"
                _draw(browser, server.origin + path, cookie, given, target)
        browser.close()


def _signed_in(origin: str, email: str) -> Any:
    answer = httpx.post(f"{origin}/login", data={"email": email, "password": PASSWORD})
    [(name, value)] = answer.cookies.items()
    return {"name": name, "value": value, "url": origin}


def _draw(
    browser: Browser, address: str, cookie: Any, screen: dict[str, Any], target: Path
) -> None:
    """Without motion, so that nothing is caught half-way."""
    with browser.new_context(locale="fr-FR", reduced_motion="reduce", **screen) as context:
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(address)
        page.screenshot(path=target)


if __name__ == "__main__":
    main()
