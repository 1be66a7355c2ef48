"""One part is made while the one before it is used: reading on one core, storing on the other."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

_LOOK_S = 0.1


@contextmanager
def ahead(parts: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same parts in the same order, and the same error. Nothing runs on when the block ends."""
    made: Queue[T | BaseException | None] = Queue(maxsize=1)
    left = Event()

    def make() -> None:
        try:
            for part in parts:
                made.put(part)
                if left.is_set():
                    return
            made.put(None)
        except BaseException as error:
            made.put(error)

    def take() -> Iterator[T]:
        while (part := made.get()) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part

    thread = Thread(target=make, name="import", daemon=True)
    thread.start()
    try:
        yield take()
    finally:
        left.set()
        while thread.is_alive():
            _drop(made)
            thread.join(_LOOK_S)


def _drop(made: "Queue[T]") -> None:
    """Whoever waits to hand over a part that nobody wants goes on."""
    with suppress(Empty):
        made.get_nowait()
