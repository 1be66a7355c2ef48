"""How much does an owner's phone load at the first visit, and when does it show something?

A real server with demo data, a real browser with nothing kept, a phone's screen, a processor four
times slower and a line like a slow 4G: 150 ms there and back, 1.6 Mbit/s.
"""

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from playwright.sync_api import Browser, sync_playwright

from balise.demo.people import PASSWORD
from benchmarks.report import Report, Row
from schema.testing.browser import launch
from schema.testing.server import RunningServer, running

RUNS = 7
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
SLOWER = 4
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
PAGES = (
    ("Essentiel", "essentiel@demo.example", "/cards/mKerouan"),
    ("Multi-Cartes, one card", "multi-cartes@demo.example", "/cards/jRivier2"),
    ("Multi-Cartes, all cards", "multi-cartes@demo.example", "/cards"),
)
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
ANSWERED = "() => performance.getEntriesByType('navigation')[0].responseStart"


class Visit(NamedTuple):
    kilobytes: float
    painted_s: float
    answered_s: float
    cpu_s: float


def measure() -> Report:
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "var", "serve", "--demo") as server,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright, whole=True)
        for name, email, path in PAGES:
            cookie = _signed_in(server, email)
            visits = [_visit(browser, server.origin + path, cookie) for _ in range(RUNS)]
            rows += [
                Row(f"{name}: transferred", tuple(v.kilobytes for v in visits), "KB", "< 80"),
                Row(
                    f"{name}: first contentful paint",
                    tuple(v.painted_s for v in visits),
                    "s",
                    "< 1.2",
                ),
                Row(f"{name}: of which the server", tuple(v.answered_s for v in visits), "s"),
                Row(f"{name}: the page's thread", tuple(v.cpu_s for v in visits), "s of CPU"),
            ]
        browser.close()
    return Report(
        name="first_visit",
        question=__doc__ or "",
        rows=tuple(rows),
        notes="Bytes with their headers, as the browser counts them. The server's part lasts until "
        "its first byte, the way there and back with it. The page's thread, four times slower, is "
        "told in processor time, which other work on the machine does not blur. On one loaded "
        "machine the first paint of the three pages came at 1.28, 1.63 and 1.44 s with styles in "
        "files of their own, and at 0.64, 0.97 and 0.97 s with them in the page.",
    )


def _signed_in(server: RunningServer, email: str) -> Any:
    typed = {"email": email, "password": PASSWORD}
    answer = httpx.post(f"{server.origin}/login", data=typed)
    [(name, value)] = answer.cookies.items()
    return {"name": name, "value": value, "url": server.origin}


def _visit(browser: Browser, address: str, cookie: Any) -> Visit:
    """A new context keeps nothing of the visit before."""
    with browser.new_context(**PHONE) as context:
        context.add_cookies([cookie])
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", LINE)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        loaded: list[float] = []
        devtools.on(
            "Network.loadingFinished", lambda done: loaded.append(done["encodedDataLength"])
        )
        page.goto(address)
        painted_ms = page.wait_for_function(PAINTED).json_value()
        answered_ms = page.evaluate(ANSWERED)
        told = devtools.send("Performance.getMetrics")["metrics"]
        [cpu_s] = [each["value"] for each in told if each["name"] == "TaskDuration"]
        return Visit(sum(loaded) / 1000, painted_ms / 1000, answered_ms / 1000, cpu_s)
