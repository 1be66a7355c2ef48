"""Pages that carry the script, and what a browser's visit to them leaves on the disk."""

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from starlette.responses import HTMLResponse

from schema.spooled import SpooledEvent

if TYPE_CHECKING:
    from playwright.sync_api import Page

CARD = "browser1"
WAIT_S = 10
SILENCE_S = 0.1


class Counting(Protocol):
    def spooled(self) -> list[SpooledEvent]: ...


def tag(card: str = CARD, more: str = "") -> str:
    return f'<script defer src="/b.js" data-card="{card}" {more}></script>'


def html(body: str, headers: dict[str, str] | None = None) -> HTMLResponse:
    icon = "<link rel=icon href='data:,'>"
    start = f"<!doctype html><html lang=fr><title>Carte</title>{icon}<body>"
    return HTMLResponse(start + body, headers=headers)


def wait_until(happens: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not happens():
        if time.monotonic() > deadline_s:
            raise AssertionError(f"It did not happen within {WAIT_S} seconds.")
        time.sleep(0.02)


def distinct(card: Counting) -> list[SpooledEvent]:
    """As the store keeps them: sent twice, an event is still one."""
    found = {(event.card, event.page, event.seq): event for event in card.spooled()}
    return sorted(found.values(), key=lambda event: event.seq)


def stored(card: Counting, events: int) -> list[SpooledEvent]:
    """The events on the disk, once there are as many as that; a moment later there are no more."""
    wait_until(lambda: len(distinct(card)) >= events)
    time.sleep(SILENCE_S)
    found = distinct(card)
    if len(found) != events:
        raise AssertionError(f"{len(found)} events instead of {events}: {found}")
    return found


def names(events: Iterable[SpooledEvent]) -> list[str]:
    return [event.name for event in events]


def hide(page: "Page") -> None:
    """As the browser does for a tab that goes to the background."""
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def show(page: "Page") -> None:
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
