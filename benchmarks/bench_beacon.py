"""How long does the script keep a slow phone busy, from its first line to its first view?"""

from importlib.resources import files

from playwright.sync_api import Page, Route, sync_playwright

from benchmarks.report import Report, Row
from schema.testing.browser import launch

RUNS = 15
SLOWER = 6
SITE = "https://card.example"
PAGE = "<!doctype html><title>Carte</title><body style='height:4000px'><a href='tel:1'>Appeler</a>"
INSERT = """path => new Promise(done => {
  const script = document.createElement("script");
  Object.assign(script, {src: path, onload: () => setTimeout(done, 300)});
  script.dataset.card = "k7Hq2xPa";
  document.body.append(script);
})"""


def measure() -> Report:
    served = {
        "/": ("text/html", PAGE),
        "/b.js": ("text/javascript", (files("collector") / "static" / "b.js").read_text()),
        "/nothing.js": ("text/javascript", ""),
        "/api/track": ("text/plain", ""),
    }

    def answer(route: Route) -> None:
        content_type, body = served[route.request.url.removeprefix(SITE)]
        route.fulfill(body=body, content_type=content_type)

    with sync_playwright() as playwright:
        browser = launch(playwright)
        script, nothing = [], []
        for _ in range(RUNS):
            for path, found in (("/b.js", script), ("/nothing.js", nothing)):
                with browser.new_context() as context:
                    context.route(f"{SITE}/**", answer)
                    found.append(_script_ms(context.new_page(), path))
        browser.close()
    return Report(
        name="beacon",
        question=__doc__ or "",
        rows=(
            Row(f"script, processor slowed {SLOWER} times", tuple(script), "ms", bar="bar: < 5 ms"),
            Row("an empty script (baseline)", tuple(nothing), "ms"),
        ),
        notes="Compile, run, first view sent and answered; script time as the browser reports it.",
    )


def _script_ms(page: Page, path: str) -> float:
    page.goto(f"{SITE}/")
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tools.send("Performance.enable")

    def so_far_ms() -> float:
        metrics = tools.send("Performance.getMetrics")["metrics"]
        return 1000 * next(m["value"] for m in metrics if m["name"] == "ScriptDuration")

    before_ms = so_far_ms()
    page.evaluate(INSERT, path)
    return so_far_ms() - before_ms
