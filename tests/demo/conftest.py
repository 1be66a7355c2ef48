"""A real server on loopback for what the demo serves."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp

from balise.installation import Installation, reached
from schema.settings import Settings
from schema.testing import prepared
from schema.testing.clock import FixedClock
from schema.testing.events import NOW_MS

Served = Callable[[ASGIApp], AbstractContextManager[httpx.Client]]


@contextmanager
def serve(app: ASGIApp) -> Iterator[httpx.Client]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with httpx.Client(base_url=url) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def served() -> Served:
    return serve


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_MS)


@pytest.fixture
def place(settings: Settings, clock: FixedClock) -> Iterator[Installation]:
    """A new installation on the embedded stores, with nobody in it."""
    prepared.installation(settings.data)
    with reached(settings, clock) as opened:
        yield opened
