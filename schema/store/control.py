"""The control socket: commands reach the event store that a running server holds.

A Unix socket in the data folder, for its owner only (0600), that speaks the ClickHouse HTTP
interface (`schema/store/http.py`). The server's side is an ASGI server beside the main one in the
same loop; the client's side is a `ServerStore` whose connections go to the socket.
"""

import asyncio
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schema.errors import BadInput
from schema.store import StoreBusy
from schema.store.http import AsgiApp

if TYPE_CHECKING:
    from schema.store.server import ServerStore

ADDRESS_BYTES_MAX = 100
"""The kernel's limit for the path of a Unix socket is 107 bytes, on some systems 103."""

DESCRIPTORS = Path("/proc/self/fd")
GRACE_S = 5
BACKLOG = 64


@asynccontextmanager
async def serve_control(path: Path, app: AsgiApp) -> AsyncIterator[None]:
    """Serves the app on the socket for as long as the block runs."""
    with listening(path) as listener:
        server = _beside_the_main_one(app)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """Never open to others, not for an instant: bound in a private folder, then moved in place.

    The move also replaces the socket that a killed server left behind.
    """
    if answers(path):
        raise StoreBusy(f"Another running server answers on {path}; stop it first.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        with tempfile.TemporaryDirectory(prefix=".control-", dir=path.parent) as private:
            made = Path(private) / path.name
            with short_name(made) as name:
                listener.bind(name)
            made.chmod(0o600)
            listener.listen(BACKLOG)
            made.replace(path)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


def answers(path: Path) -> bool:
    """Does a living process listen there? A socket file alone proves nothing."""
    try:
        connect(path).close()
    except OSError:
        return False
    return True


def connect(path: Path) -> socket.socket:
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short_name(path) as name:
            peer.connect(name)
    except BaseException:
        peer.close()
        raise
    return peer


def through_control(path: Path) -> "ServerStore":
    """The store of the running server."""
    from schema.store.faults import explained
    from schema.store.server import ServerStore, http_client

    label = f"of the running server (through {path})"
    pools = _pools_over(path)
    with explained(label):
        client = http_client(host="localhost", port=80, username="", pool_mgr=pools, compress=False)
    return ServerStore(client, label, pools.clear)


@contextmanager
def short_name(path: Path) -> Iterator[str]:
    """The path as it fits into a socket's address: through its folder's descriptor when long."""
    if len(os.fsencode(path)) <= ADDRESS_BYTES_MAX:
        yield str(path)
        return
    if not DESCRIPTORS.is_dir():
        raise BadInput(
            f"The path of the control socket {path} is longer than {ADDRESS_BYTES_MAX} bytes, "
            "which this system does not allow; choose a shorter data folder."
        )
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield str(DESCRIPTORS / str(folder) / path.name)
    finally:
        os.close(folder)


def _beside_the_main_one(app: AsgiApp) -> Any:
    import uvicorn

    class ControlServer(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Signals belong to the main server, which ends this one."""
            yield

    return ControlServer(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    )


def _pools_over(path: Path) -> Any:
    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.poolmanager import PoolManager

    class SocketConnection(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            from urllib3.exceptions import NewConnectionError

            try:
                return connect(path)
            except OSError as error:
                raise NewConnectionError(self, error.strerror or "not reachable") from error

    class SocketPool(HTTPConnectionPool):
        ConnectionCls = SocketConnection

    pools = PoolManager(maxsize=8)
    pools.pool_classes_by_scheme = {"http": SocketPool}
    return pools
