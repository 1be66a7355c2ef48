"""The event store: raw events and rollups, spoken to in ClickHouse SQL.

Two implementations, both `clickhouse-connect`: the embedded engine and a server over HTTP.
Frames travel as Arrow streams, so neither needs a second representation of a table.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from schema.errors import BaliseError, Unavailable

if TYPE_CHECKING:
    import polars as pl

Params = Mapping[str, Any]
NO_PARAMS: Params = {}


class StoreRefused(BaliseError):
    """The engine understood and refuses: wrong SQL, a value out of range, a poison row."""


class StoreUnavailable(Unavailable):
    """The store cannot be reached or cannot serve now. The same call may succeed later."""


class StoreBusy(StoreUnavailable):
    """Another process holds the embedded store."""


class StoreMissing(StoreUnavailable):
    """Nothing has been made at this address yet."""


class EventStore(Protocol):
    """Safe to use from several threads at once. Every call blocks: never from an event loop."""

    label: str
    """The store's address for people, secrets masked."""

    def frame(self, sql: str, params: Params = NO_PARAMS) -> "pl.DataFrame": ...

    def rows(self, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]: ...

    def rows_of(self, card: str, sql: str, params: Params = NO_PARAMS) -> list[tuple[Any, ...]]:
        """The rows of one card, without it. The statement gives the card first, then the rest, and
        reads `card IN {cards:Array(String)}`: it may be asked for others as well at the same time
        (`together.py`)."""

    def ask(self, sql: str, params: Params = NO_PARAMS) -> "pl.DataFrame":
        """For SQL that a person typed: the engine itself refuses everything but reading."""

    def insert(self, table: str, frame: "pl.DataFrame", *, token: str) -> None:
        """All rows or none per partition. The same token again inserts nothing."""

    def dump(self, sql: str, params: Params = NO_PARAMS) -> bytes:
        """The answer as a Parquet file, byte for byte what `load` takes back."""

    def load(self, table: str, parquet: bytes, *, token: str) -> None:
        """As `insert`, of what `dump` gave."""

    def run(self, sql: str, params: Params = NO_PARAMS) -> None: ...

    def version(self) -> str: ...

    def close(self) -> None: ...
