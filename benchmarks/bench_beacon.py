"""How long does a slow phone's page wait for the script, and how long does its first view take?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.report import Report, Row
from schema.testing.browser import launch

RUNS = 9
SLOWER = 6
AFTER_MS = 300
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
SCRIPT = (files("collector") / "static" / "b.js").read_text()
# What the script asks of a browser for the first time in a process, asked by the page before.
USED = (
    "fetch('/used'); localStorage.used; new URL(location).searchParams; Temporal.Now.timeZoneId()"
)
PAGE = """<!doctype html><meta name=viewport content="width=device-width"><title>Carte</title>
<link rel=icon href="data:,"><body style="height:4000px"><a href="tel:1">Appeler</a>
<script>{before}</script><script defer src="{script}" data-card="k7Hq2xPa"></script>"""

VARIANTS = (
    ("the script, in a fresh process", SCRIPT, "", SLOWER),
    ("the script, on a page that has used the same browser parts", SCRIPT, USED, SLOWER),
    ("an empty script (baseline)", "", "", SLOWER),
    ("the script, in a fresh process, not slowed", SCRIPT, "", 1),
    ("the same on a page that has used them, not slowed", SCRIPT, USED, 1),
)

NOTES = """What the browser's own trace says of b.js: while the page waits (EvaluateScript:
compiling and its first run), and afterwards (FunctionCall: its idle callback, which sends the
first view, and what is called with the answer). CPU rows count the thread's own time. One request
takes 4.5 to 6 ms of CPU by itself, 6 times slower, by `fetch`, `XMLHttpRequest` or `sendBeacon`
alike, the first of a page as the second (best of 5): no script that sends a view from there stays
under 5 ms in all. The first `localStorage` of a process takes 2.7 ms of CPU, seven listeners 1.6,
the first zone from `Temporal` 1.5, `updateCurrentEntry` 0.8. So all of that is left to a quiet
moment. What the page waits for took 1.2 to 11 ms of CPU on a heavily loaded machine (load 32 on 2
cores, three runs): whether it keeps the bar, a quiet machine has to tell. Tried: the zone from
`Temporal` (0.4, 7 ms) instead of `Intl` (42, 243): kept. No reading of the page's height before
it is laid out (0.3, 4.7): kept. `XMLHttpRequest`, or `sendBeacon` first: no cheaper, and the
latter cannot tell whether it was heard: not kept. Reading storage after the view: not kept, an
objection must be known before anything is sent. `setTimeout` in place of `requestIdleCallback`:
19 bytes less, but it runs before the first picture: not kept."""


def measure() -> Report:
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        found: dict[str, list[tuple[float, float, float, float]]] = {
            name: [] for name, *_ in VARIANTS
        }
        for _ in range(RUNS):  # in turn, so that a busy moment falls on all of them
            for name, script, before, slower in VARIANTS:
                with _site(script, before) as address:
                    found[name].append(_script_ms(browser, address, slower))
        browser.close()
    for name, _, _, slower in VARIANTS:
        bar = f"bar: < 5 ms, {SLOWER} times slower" if slower == SLOWER else ""
        waits, waits_cpu, later, later_cpu = zip(*found[name], strict=True)
        rows.append(Row(f"{name}: the page waits", waits, "ms", bar=bar))
        rows.append(Row("… CPU", waits_cpu, "ms"))
        rows.append(Row("… then, in a quiet moment", later, "ms"))
        rows.append(Row("… then, CPU", later_cpu, "ms"))
    return Report(name="beacon", question=__doc__ or "", rows=tuple(rows), notes=NOTES)


@contextmanager
def _site(script: str, before: str) -> Iterator[str]:
    served = {
        "/": ("text/html", PAGE.format(before=before, script="/b.js")),
        "/b.js": ("text/javascript", script),
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            content_type, text = served.get(self.path, ("text/plain", ""))
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def _script_ms(browser: Browser, address: str, slower: int) -> tuple[float, float, float, float]:
    """Wall and CPU time, while the page waits and after; a new context is a new process."""
    with browser.new_context(**PHONE) as context:
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        tracing = browser.new_browser_cdp_session()
        events: list[dict[str, Any]] = []
        ended: list[bool] = []
        tracing.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
        tracing.on("Tracing.tracingComplete", lambda _: ended.append(True))
        tracing.send(
            "Tracing.start", {"categories": "devtools.timeline", "transferMode": "ReportEvents"}
        )
        page.goto(address)
        page.wait_for_timeout(AFTER_MS)
        tracing.send("Tracing.end")
        while not ended:
            page.wait_for_timeout(10)
        tracing.detach()
    return (*_sums_ms(events, "EvaluateScript"), *_sums_ms(events, "FunctionCall"))


def _sums_ms(events: list[dict[str, Any]], name: str) -> tuple[float, float]:
    """Listeners are not nested in one another here, so their times add up."""
    ours = [event for event in events if _is_ours(event, name)]
    return sum(e["dur"] for e in ours) / 1000, sum(e.get("tdur", 0) for e in ours) / 1000


def _is_ours(event: dict[str, Any], name: str) -> bool:
    data = event.get("args", {}).get("data") or {}
    return event["name"] == name and "dur" in event and str(data.get("url", "")).endswith("/b.js")
