"""What every test may ask for: a browser, parsed SQL, settings. The rest is in schema/testing."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from schema.settings import Settings, load
from schema.store.embedded import EmbeddedStore
from schema.testing.browser import launch
from schema.testing.firefox import system_firefox
from schema.testing.postgres import PROGRAMS, find_programs

# What this machine may lack: its tests are skipped, and the end of every run says so in red.
PARTS: tuple[tuple[str, Callable[[], object], str], ...] = (
    (
        "PostgreSQL",
        find_programs,
        f"{' and '.join(PROGRAMS)} were not found, so the directory was tested on SQLite alone. "
        "Install PostgreSQL's server programs, for instance `apt install postgresql`.",
    ),
    (
        "Firefox",
        system_firefox,
        "No Firefox was found, so the script was tested in Chromium alone. Install one, for "
        "instance `apt install firefox-esr`.",
    ),
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, find, remedy in PARTS:
        if find() is None:
            terminalreporter.section(f"{name} was not tested", red=True, bold=True)
            terminalreporter.line(remedy)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """A statement in the engine's own spelling, on one line, without back quotes."""
    spelling = "SELECT formatQuerySingleLine({sql:String})"
    with closing(EmbeddedStore(tmp_path_factory.mktemp("parsed"))) as engine:

        def parse(sql: str) -> str:
            assert engine.rows("EXPLAIN AST " + sql)
            [(text,)] = engine.rows(spelling, {"sql": sql})
            return str(text).replace("`", "")

        yield parse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings, in a folder of the test's own."""
    return load({"BALISE_DATA": str(tmp_path / "var")}, tmp_path)
