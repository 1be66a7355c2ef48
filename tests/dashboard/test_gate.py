"""Pages are made a few at a time, and nobody who waits is overtaken."""

from threading import Barrier, Event, Lock
from types import SimpleNamespace

import anyio
from anyio import CapacityLimiter
from starlette.requests import Request

from dashboard import gate
from schema.testing.loop import run

AT_ONCE = 2
ASKED = 6


class Pages:
    """Each is ready when as many as may be made at once have begun."""

    def __init__(self):
        self.begun, self.now, self.most = [], 0, 0
        self._lock = Lock()
        self._together = Barrier(AT_ONCE, timeout=10)

    def show(self, request):
        with self._lock:
            self.begun.append(request.path_params["number"])
            self.now += 1
            self.most = max(self.most, self.now)
        self._together.wait()
        with self._lock:
            self.now -= 1


def test_pages_are_made_a_few_at_a_time_in_the_order_in_which_they_were_asked_for():
    pages = Pages()
    run(_all_at_once(pages))
    assert pages.most == AT_ONCE
    turns = [sorted(pages.begun[n : n + AT_ONCE]) for n in range(0, ASKED, AT_ONCE)]
    assert turns == [[0, 1], [2, 3], [4, 5]]


def test_a_page_does_not_wait_for_files():
    answered = run(_page_beside_a_file())
    assert answered == ["page", "file"]


async def _page_beside_a_file():
    """The file is made for as long as no page has been answered."""
    answered, page_is_there = [], Event()
    site = SimpleNamespace(pages_at_once=CapacityLimiter(1), files_at_once=CapacityLimiter(1))
    request = Request({"type": "http", "app": SimpleNamespace(state=SimpleNamespace(site=site))})

    def file(_):
        assert page_is_there.wait(10)
        answered.append("file")

    def page(_):
        answered.append("page")
        page_is_there.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(gate._in_turn(file, gate.FILES), request)
        tasks.start_soon(gate._in_turn(page, gate.PAGES), request)
    return answered


async def _all_at_once(pages):
    site = SimpleNamespace(pages_at_once=CapacityLimiter(AT_ONCE))
    app = SimpleNamespace(state=SimpleNamespace(site=site))
    answer = gate._in_turn(pages.show, gate.PAGES)
    async with anyio.create_task_group() as tasks:
        for number in range(ASKED):
            scope = {"type": "http", "app": app, "path_params": {"number": number}}
            tasks.start_soon(answer, Request(scope))
