"""From an address to an open event store."""

from typing import TYPE_CHECKING

from schema.store import EventStore, StoreBusy
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


def reach_store(settings: "Settings") -> EventStore:
    """The store for a command: the embedded one may be held by a running server, which then
    answers for it."""
    from schema.store.control import answers, through_control

    if not isinstance(parse(settings.clickhouse), Embedded):
        return open_store(settings.clickhouse)
    if answers(settings.control_socket):
        return through_control(settings.control_socket)
    try:
        return open_store(settings.clickhouse)
    except StoreBusy:
        # A server that is just starting holds the store a moment before it answers.
        if not answers(settings.control_socket):
            raise
        return through_control(settings.control_socket)
