"""The event store on a ClickHouse server, over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from schema.store import Params, StoreMissing
from schema.store.address import Server
from schema.store.client import ClientStore, closed, make_client
from schema.store.faults import explained

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

CONNECT_TIMEOUT_S = 3
"""A machine that is gone is told apart from a slow one quickly; the spool holds meanwhile."""

SILENCE_TIMEOUT_S = 120
"""How long a running statement may say nothing; the server reports progress far more often."""


class ServerStore(ClientStore):
    """One client for all threads: without a session, its calls are independent requests."""

    def __init__(self, client: "Client", label: str, on_close: Callable[[], None]) -> None:
        super().__init__()
        self.label = label
        self._shared = client
        self._on_close = on_close
        self._closed = False

    @classmethod
    def connect(cls, address: Server, *, create: bool = True) -> Self:
        with explained(address.label):
            client = http_client(
                host=address.host,
                port=address.port,
                secure=address.secure,
                username=address.user,
                password=address.password,
                dedicated_pool=True,
            )
            _use_database(client, address, create=create)
        return cls(client, address.label, client.close)

    @contextmanager
    def _client(self) -> Iterator["Client"]:
        if self._closed:
            raise closed(self.label)
        yield self._shared

    def _read(self, sql: str, params: Params) -> bytes:
        with self._client() as client:
            return client.raw_query(sql, dict(params), {"readonly": "1"}, fmt="ArrowStream")

    def close(self) -> None:
        self._closed = True
        self._on_close()


def http_client(*, secure: bool = False, **target: Any) -> "Client":
    return make_client(
        interface="https" if secure else "http",
        autogenerate_session_id=False,
        connect_timeout=CONNECT_TIMEOUT_S,
        send_receive_timeout=SILENCE_TIMEOUT_S,
        **target,
    )


def _use_database(client: "Client", address: Server, *, create: bool) -> None:
    """The counterpart of making the embedded store's folder. Asked first: a user who may only use
    the database needs no right to create one."""
    if not client.command(f"EXISTS DATABASE {address.database}"):
        if not create:
            client.close()
            raise StoreMissing(
                f"There is no database {address.database} at {address.label} yet; "
                "run `balise init`."
            )
        everywhere = f" ON CLUSTER '{address.cluster}'" if address.cluster else ""
        client.command(f"CREATE DATABASE IF NOT EXISTS {address.database}{everywhere}")
    client.database = address.database
