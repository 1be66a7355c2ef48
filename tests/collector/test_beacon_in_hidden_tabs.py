"""Tabs that Chromium itself hides and shows: what was never seen is never counted."""

import time

import pytest
from starlette.routing import Route

from schema.testing.browser import system_chromium
from schema.testing.tabs import running_tabs
from schema.testing.visits import distinct, html, names, stored, tag, wait_until

PAGES = (
    Route("/marie", lambda request: html(tag() + "<button data-track=phone>Appeler</button>")),
    Route("/elsewhere", lambda request: html("Ailleurs")),
)
QUIET_S = 0.5
"""Far longer than a page that is shown takes to be counted."""


@pytest.fixture
def tabs(card, tmp_path):
    with running_tabs(
        system_chromium(), tmp_path / "profile", f"--user-agent={card.agent}"
    ) as tabs:
        yield tabs


@pytest.fixture
def front(tabs, card):
    return tabs.open(f"{card.url}/elsewhere")


@pytest.fixture
def hidden(tabs, front, card):
    """The card, in a tab behind the other one."""
    tab = tabs.open(f"{card.url}/marie", background=True)
    wait_until(lambda: tab.evaluate("document.readyState") == "complete")
    wait_until(lambda: tab.evaluate("typeof balise") == "function")
    assert tab.evaluate("document.visibilityState") == "hidden"
    return tab


def test_a_tab_in_the_background_counts_when_it_is_first_shown(hidden, card):
    time.sleep(QUIET_S)
    assert card.spooled() == []
    hidden.show()
    assert names(stored(card, 1)) == ["view"]


def test_a_tab_that_is_never_shown_is_never_counted(hidden, card):
    hidden.evaluate("document.querySelector('button').click()")
    hidden.evaluate("balise('devis')")
    hidden.close()
    time.sleep(QUIET_S)
    assert card.spooled() == []


def test_a_tab_that_goes_behind_another_tells_its_time_and_counts_on(hidden, front, card):
    hidden.show()
    (view,) = stored(card, 1)
    time.sleep(1.1)  # less than a second is not told
    front.show()
    told = stored(card, 2)[1]
    assert (told.name, told.page, told.seq) == ("engage", view.page, 1)
    hidden.show()
    hidden.evaluate("document.querySelector('button').click()")
    wait_until(lambda: "click" in names(distinct(card)))
    assert {event.page for event in distinct(card)} == {view.page}
    assert names(distinct(card)).count("view") == 1
