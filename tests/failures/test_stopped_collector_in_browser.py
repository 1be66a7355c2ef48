"""A visitor taps while the collector is stopped: the tap is told when it runs again, once."""

import threading
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from schema.clock import system_clock
from schema.spooled import SpooledEvent, open_spool
from schema.testing.events import CARD
from schema.testing.installation import install
from schema.testing.server import free_port, running
from schema.testing.visits import distinct, names, stored, wait_until

WAITING = """Object.keys(localStorage).filter(key => key.startsWith('{"v":')).length"""


@dataclass(frozen=True, slots=True)
class Disk:
    folder: Path

    def spooled(self) -> list[SpooledEvent]:
        """All that was acknowledged, in the order of its arrival, as often as it was."""
        decode = msgspec.json.Decoder(SpooledEvent).decode_lines
        found: list[SpooledEvent] = []
        for path in sorted(self.folder.glob("*.db")):
            with closing(open_spool(path)) as spool:
                for (batch,) in spool.execute("SELECT body FROM batches ORDER BY id"):
                    found += decode(batch)
        return found


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def site(port):
    """The card's own site, which stays up."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(
                b"<!doctype html><link rel=icon href='data:,'>"
                b"<script defer src='http://127.0.0.1:%d/b.js' data-card=%s></script>"
                b"<button data-track=phone>Appeler</button>" % (port, CARD.encode())
            )

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def data(tmp_path, site):
    install(tmp_path / "var", site=site)
    return tmp_path / "var"


@pytest.fixture
def page(browser):
    with browser.new_context() as context:
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        yield page
        assert page.complaints == []


@pytest.mark.parametrize("end", ["stop", "kill"])
@pytest.mark.parametrize("again", ["the page is opened again", "the network is said to be back"])
def test_a_click_while_the_collector_is_stopped_is_told_once(page, site, data, port, end, again):
    disk = Disk(data / "spool")
    with running(data, "collect", port=port) as collector:
        page.goto(site)
        (view,) = stored(disk, 1)
        getattr(collector, end)()
    page.click("button")
    page.click("button")
    wait_until(lambda: page.evaluate(WAITING) >= 2)
    with running(data, "collect", port=port):
        up_ms = system_clock()
        if again == "the page is opened again":
            page.goto(f"{site}/?again")
        else:
            page.evaluate("dispatchEvent(new Event('online'))")
        wait_until(lambda: names(distinct(disk)).count("click") == 2)
        wait_until(lambda: page.evaluate(WAITING) == 0)
    clicks = [event for event in disk.spooled() if event.name == "click"]
    assert [(event.page, event.target) for event in clicks] == [(view.page, "phone")] * 2
    assert len({event.seq for event in clicks}) == 2
    assert all(event.at < up_ms <= event.received for event in clicks)
