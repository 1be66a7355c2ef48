"""From an address to an open event store."""

from typing import TYPE_CHECKING

from schema.store import EventStore
from schema.store.address import Embedded, parse

if TYPE_CHECKING:
    from schema.settings import Settings


def open_store(dsn: str) -> EventStore:
    """The store itself, held by this process when it is the embedded one."""
    address = parse(dsn)
    if isinstance(address, Embedded):
        from schema.store.embedded import EmbeddedStore

        return EmbeddedStore(address.path)
    from schema.store.server import ServerStore

    return ServerStore.connect(address)
