"""How long does the script keep a slow phone busy, from its first line to its first view?"""

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

NOTES = """Sum of what the browser's own trace says of b.js (EvaluateScript and FunctionCall:
compiling, running, the first view sent, its answer); CPU rows count the thread's own time. Tried
and measured, in fresh processes, 6 times slower, at best and in the median of a loaded machine: the
zone from `Temporal` (0.4, 7 ms) instead of `Intl` (42, 243): kept. No reading of the page's height
before it is laid out (0.3, 4.7): kept. `sendBeacon` before `fetch` (0.5, 0.8 not slowed, instead
of 0.5, 2.7): not kept, it cannot tell whether it was heard. No storage (1.2, 12): not kept, an
objection must be known before anything is sent. Everything one frame later: the same sum.
The bar is not met: the first `fetch` (1.5, 21) and `localStorage` (1.2, 12) of a process alone are
above it in the median. Measured on a loaded machine; CPU rows not slowed are the steadiest."""


def measure() -> Report:
    rows: list[Row] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        found: dict[str, list[tuple[float, float]]] = {name: [] for name, *_ in VARIANTS}
        for _ in range(RUNS):  # in turn, so that a busy moment falls on all of them
            for name, script, before, slower in VARIANTS:
                with _site(script, before) as address:
                    found[name].append(_script_ms(browser, address, slower))
        browser.close()
    for name, _, _, slower in VARIANTS:
        bar = f"bar: < 5 ms, {SLOWER} times slower" if slower == SLOWER else ""
        rows.append(Row(name, tuple(wall for wall, _ in found[name]), "ms", bar=bar))
        rows.append(Row("… CPU", tuple(cpu for _, cpu in found[name]), "ms"))
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


def _script_ms(browser: Browser, address: str, slower: int) -> tuple[float, float]:
    """Wall and CPU time of the script; a new context is a new process."""
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
    ours = [event for event in events if _is_ours(event)]
    return sum(e["dur"] for e in ours) / 1000, sum(e.get("tdur", 0) for e in ours) / 1000


def _is_ours(event: dict[str, Any]) -> bool:
    """Scripts and listeners are not nested in one another here, so their times add up."""
    data = event.get("args", {}).get("data") or {}
    return (
        event["name"] in ("EvaluateScript", "FunctionCall")
        and "dur" in event
        and str(data.get("url", "")).endswith("/b.js")
    )
