"""An event store over `clickhouse-connect`: what the embedded engine and a server have in common.

Frames travel as Arrow streams. A subclass only says where a client comes from.
"""

import io
import logging
import re
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from datetime import UTC
from typing import TYPE_CHECKING, Any

from schema.store import NO_PARAMS, Params, StoreRefused, StoreUnavailable
from schema.store.faults import explained
from schema.store.together import Together

if TYPE_CHECKING:
    import polars as pl
    from clickhouse_connect.driver.client import Client

INSERT_SETTINGS = {
    # Asynchronous inserts are the engine's default now; they would acknowledge a buffer.
    "async_insert": "0",
    # On a cluster the answer waits for the shards, and the token reaches them.
    "distributed_foreground_insert": "1",
}

PARQUET_SETTINGS = {
    "output_format_parquet_compression_method": "zstd",
    # Texts are bytes to the engine: what is no UTF-8 comes back as it was.
    "output_format_parquet_string_as_string": "0",
}

_OUTFILE = re.compile(r"\bOUTFILE\b", re.IGNORECASE)


class ClientStore(ABC):
    label: str

    def __init__(self) -> None:
        self._together = Together()

    @abstractmethod
    def _client(self) -> AbstractContextManager["Client"]:
        """A client that no other thread uses in a way that clashes, for the time of one call."""

    @abstractmethod
    def _read(self, sql: str, params: Params) -> bytes:
        """The answer as an Arrow stream, under the engine's own `readonly`."""

    @abstractmethod
    def close(self) -> None: ...

    def frame(self, sql: str, params: Params = NO_PARAMS) -> "pl.DataFrame":
        with explained(self.label), self._client() as client:
            stream = client.raw_query(sql, dict(params), fmt="ArrowStream")
        return from_arrow_stream(stream)

    def ask(self, sql: str, params: Params = NO_PARAMS) -> "pl.DataFrame":
        # `readonly` does not cover this one in the embedded engine.
        if _OUTFILE.search(sql):
            raise StoreRefused("A question only reads: INTO OUTFILE would write a file.")
        with explained(self.label):
            stream = self._read(sql.rstrip("; \n"), params)
        return from_arrow_stream(stream)

    def rows(self, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]:
        with explained(self.label), self._client() as client:
            return [tuple(row) for row in client.query(sql, dict(params)).result_rows]

    def rows_of(self, card: str, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]:
        return self._together.rows_of(card, sql, params, self.rows)

    def insert(self, table: str, frame: "pl.DataFrame", *, token: str) -> None:
        with explained(self.label, inserting=True), self._client() as client:
            client.raw_insert(
                table,
                frame.columns,
                arrow_stream(frame),
                INSERT_SETTINGS | {"insert_deduplication_token": token},
                fmt="ArrowStream",
            )

    def dump(self, sql: str, params: Params = NO_PARAMS) -> bytes:
        with explained(self.label), self._client() as client:
            return client.raw_query(sql, dict(params), PARQUET_SETTINGS, fmt="Parquet")

    def load(self, table: str, parquet: bytes, *, token: str) -> None:
        with explained(self.label, inserting=True), self._client() as client:
            client.raw_insert(
                table,
                insert_block=parquet,
                settings=INSERT_SETTINGS | {"insert_deduplication_token": token},
                fmt="Parquet",
            )

    def run(self, sql: str, params: Params = NO_PARAMS) -> None:
        with explained(self.label), self._client() as client:
            client.command(sql, dict(params))

    def version(self) -> str:
        return str(self.rows("SELECT version()")[0][0])


def make_client(**target: Any) -> "Client":
    import clickhouse_connect

    # Both log traces of what leaves here as one sentence.
    for name in ("clickhouse_connect", "urllib3.connectionpool"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client = clickhouse_connect.get_client(
        tz_mode="aware",
        show_clickhouse_errors="scrub",
        settings={"session_timezone": "UTC"},
        **target,
    )
    # Times given as parameters are then written in the session's zone, not in the machine's.
    client.server_tz = UTC
    return client


def closed(label: str) -> StoreUnavailable:
    return StoreUnavailable(f"The event store {label} has been closed.")


def from_arrow_stream(stream: bytes) -> "pl.DataFrame":
    import polars as pl

    # Statements that are not questions answer with nothing at all.
    return pl.read_ipc_stream(stream) if stream else pl.DataFrame()


def arrow_stream(frame: "pl.DataFrame") -> bytes:
    """One record batch, so that the same frame always makes the same blocks under a token."""
    import polars as pl

    stream = io.BytesIO()
    frame.rechunk().write_ipc_stream(stream, compat_level=pl.CompatLevel.oldest())
    return stream.getvalue()
