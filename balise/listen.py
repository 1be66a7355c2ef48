"""Sockets and signals of a server process: the address is ours before anything is opened."""

import asyncio
import contextlib
import errno
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic

import uvicorn
from starlette.types import ASGIApp

from collector.connections import Connection, cut_stalled
from collector.track import Track
from schema.errors import BadInput, Unavailable

BACKLOG = 2048
STOP_SECONDS_MAX = 10
TICKS_A_SECOND = 10
"""Of uvicorn's own clock."""


class Server(uvicorn.Server):
    """A server beside others in one process: signals belong to the process, not to one of them.

    With a track, events take the short way of `collector/connections.py`. `on_stop` ends what would
    otherwise keep its connections to the last second.
    """

    def __init__(
        self,
        app: ASGIApp,
        ready: Callable[[], None],
        *,
        track: Track | None = None,
        on_stop: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop",
                http=partial(Connection, track) if track else "httptools",  # type: ignore[arg-type]
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=STOP_SECONDS_MAX,
            )
        )
        self._ready = ready
        self._on_stop = on_stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True
        if self._on_stop:
            self._on_stop()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_A_SECOND == 0:
            cut_stalled(self.server_state.connections, monotonic())
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


def bind(host: str, port: int) -> socket.socket:
    """Takes the address, or says in a sentence who should give it back."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise BadInput(
            f"BALISE_HOST is {host!r}; it must be an address of this machine such as 127.0.0.1."
        ) from None
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise _cannot_listen(host, port, error) from None
    return bound


def _cannot_listen(host: str, port: int, error: OSError) -> Exception:
    where = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return Unavailable(
            f"Port {port} is taken: another program listens on {where}. "
            f"Stop it, or choose another port: BALISE_PORT={port + 1 if port < 65_535 else 8000}."
        )
    if error.errno == errno.EACCES:
        return BadInput(f"This user may not listen on {where}; choose a port above 1023.")
    return BadInput(f"{where} is not an address of this machine ({error.strerror}).")


def stop_on_signals(stop: Callable[[], None]) -> None:
    """The first signal stops gently; the second is the operating system's own, and is not."""
    loop = asyncio.get_running_loop()

    def heard() -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, heard)
