"""From an address to an open event store."""

import time
from typing import TYPE_CHECKING

from schema.store import EventStore, StoreBusy, StoreMissing
from schema.store.address import Embedded, parse

if TYPE_CHECKING:
    from schema.settings import Settings

PATIENCE_S = 10.0
"""How long a command waits for another one to give the embedded store back."""

HOLD_PATIENCE_S = 5.0
"""How long a starting server waits for a command that holds the store for a moment."""

_PAUSE_S = 0.1


def open_store(dsn: str, *, create: bool = True) -> EventStore:
    """The store itself, held by this process when it is the embedded one. Without `create` one
    that does not exist yet is a `StoreMissing`, and nothing is made."""
    address = parse(dsn)
    if isinstance(address, Embedded):
        from schema.store.embedded import EmbeddedStore, missing

        if not create and missing(address.path):
            raise StoreMissing(f"There is no event store at {address.path} yet; run `balise init`.")
        return EmbeddedStore(address.path)
    from schema.store.server import ServerStore

    return ServerStore.connect(address, create=create)


def hold_store(settings: "Settings", *, patience_s: float = HOLD_PATIENCE_S) -> EventStore:
    """The store for a server process. A command that holds it now soon ends; another server that
    holds it does not, so that one is told at once."""
    from schema.store.control import answers

    until = time.monotonic() + patience_s
    while True:
        try:
            return open_store(settings.clickhouse)
        except StoreBusy:
            if answers(settings.control_socket) or time.monotonic() >= until:
                raise
        time.sleep(_PAUSE_S)


def reach_store(
    settings: "Settings", *, create: bool = True, patience_s: float = PATIENCE_S
) -> EventStore:
    """The store for a command: the embedded one may be held by a running server, which then
    answers for it, by one that is just starting, or by another command, which soon ends."""
    from schema.store.control import answers, through_control

    if not isinstance(parse(settings.clickhouse), Embedded):
        return open_store(settings.clickhouse, create=create)
    until = time.monotonic() + patience_s
    while True:
        if answers(settings.control_socket):
            return through_control(settings.control_socket)
        try:
            return open_store(settings.clickhouse, create=create)
        except StoreBusy:
            if time.monotonic() >= until:
                raise
        time.sleep(_PAUSE_S)
