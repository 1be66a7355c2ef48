"""A ClickHouse server for tests: a test double for the wire and not for the engine.

No server package can be installed where these tests run, so the embedded engine stands in, in a
process of its own, behind the ClickHouse HTTP interface (`schema/store/http.py`): real sockets,
real Native and Arrow formats, a password, and faults to order. What only a real server has
(replication, `ON CLUSTER`, several users, progress headers, compression on the wire) is not here.
"""

import asyncio
import base64
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote, unquote_to_bytes

from schema.store.http import (
    Answer,
    AsgiApp,
    EngineError,
    Receive,
    Scope,
    Send,
    read_body,
    refusal,
    respond,
)
from schema.testing.server import free_port

USER = "balise"
PASSWORD = "s3cret-of-the-double"
DATABASE = "balise"
SLOW_S = 1.0

Fault = Literal[
    "error",  # 500 without a ClickHouse code, as a proxy answers for a server that is gone
    "busy",  # TOO_MANY_PARTS: understood, and not now
    "slow",  # a right answer after SLOW_S
    "lost",  # it is done, and the answer says it failed
    "cut",  # it is done, and the connection drops in the middle of the answer
]


class ClickHouseDouble:
    """Listens on one port for its whole life; `stop` and `start` keep the data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def dsn(self) -> str:
        return f"clickhouse://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{DATABASE}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self.folder), str(self.port)],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == b"ready\n", "the double did not start"

    def stop(self) -> None:
        """In order. From now on connections are refused."""
        self._end("terminate")

    def kill(self) -> None:
        """As a machine that loses its current."""
        self._end("kill")

    def fail(self, fault: Fault, *, times: int = 1, on: str = "") -> None:
        """The next `times` statements that start with `on` fail in this way."""
        order = f"http://127.0.0.1:{self.port}/fault?{fault}&{times}&{quote(on)}"
        urllib.request.urlopen(urllib.request.Request(order, method="POST")).close()

    def _end(self, how: Literal["terminate", "kill"]) -> None:
        if self._process:
            getattr(self._process, how)()
            self._process.wait()
            assert self._process.stdout
            self._process.stdout.close()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()


def with_faults(app: AsgiApp) -> AsgiApp:
    """The app, its password, and the faults that were ordered through `POST /fault`."""
    token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    ordered: list[tuple[str, bytes]] = []

    async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/fault":
            fault, times, on = scope["query_string"].decode().split("&")
            ordered[:] = [(fault, unquote_to_bytes(on))] * int(times)
            await respond(send, Answer(200, {}, b""))
            return
        if dict(scope["headers"]).get(b"authorization") != f"Basic {token}".encode():
            await respond(send, refusal(_WRONG_PASSWORD))
            return
        body = await read_body(receive) or b""
        fault = ordered.pop(0)[0] if ordered and body.startswith(ordered[0][1]) else ""
        await _ACTS[fault](app, scope, _replay(body), send)

    return faulty


_WRONG_PASSWORD = EngineError(516, "Code: 516. DB::Exception: balise: Authentication failed")
_TOO_MANY_PARTS = EngineError(252, "Code: 252. DB::Exception: Too many parts (TOO_MANY_PARTS)")


async def _answer(app: AsgiApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def _error(app: AsgiApp, scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, Answer(500, {}, b"Internal Server Error"))


async def _busy(app: AsgiApp, scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, refusal(_TOO_MANY_PARTS))


async def _slow(app: AsgiApp, scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(SLOW_S)
    await app(scope, receive, send)


async def _lost(app: AsgiApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, _nowhere)
    await _error(app, scope, receive, send)


async def _cut(app: AsgiApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, _nowhere)
    headers = [(b"content-length", b"1000"), (b"x-clickhouse-format", b"Native")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"half an ans", "more_body": True})
    raise ConnectionAbortedError("cut, as ordered")


_ACTS = {
    "": _answer,
    "error": _error,
    "busy": _busy,
    "slow": _slow,
    "lost": _lost,
    "cut": _cut,
}


async def _nowhere(message: object) -> None:
    pass


def _replay(body: bytes) -> Receive:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def main(folder: str, port: str) -> None:
    import uvicorn

    from schema.store.embedded import EmbeddedStore
    from schema.store.http import clickhouse_app

    store = EmbeddedStore(Path(folder))
    app = with_faults(clickhouse_app(store.path))

    class Announcing(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            sys.stdout.write("ready\n")
            sys.stdout.flush()

    # An ordered cut is not worth a trace.
    config = uvicorn.Config(app, port=int(port), lifespan="off", log_level="critical")
    Announcing(config).run()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
