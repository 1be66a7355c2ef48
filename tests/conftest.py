"""What every test may ask for: a browser and settings. The rest is in schema/testing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from schema.settings import Settings, load
from schema.testing.browser import launch


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings, in a folder of the test's own."""
    return load({"BALISE_DATA": str(tmp_path / "var")}, tmp_path)
