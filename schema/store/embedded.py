"""The event store inside this process: chDB over a folder that one process holds at a time."""

import fcntl
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import LifoQueue
from threading import Lock
from typing import TYPE_CHECKING

from schema.errors import BadInput
from schema.store import Params, StoreBusy, StoreUnavailable
from schema.store.address import EMBEDDED_PREFIX
from schema.store.client import ClientStore, closed, make_client

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

HANDLES_MAX = 4
"""Calls that run at the same time; a fifth waits. More would only share the same cores."""

LOCK_NAME = "balise.lock"
"""Held with `flock` while the store is open, however its process ends. The engine has a lock of its
own; ours comes first because the engine tells its refusal on stderr, in C++."""

_open_here: Counter[Path] = Counter()
_locks_here: dict[Path, int] = {}
_open_here_lock = Lock()


class EmbeddedStore(ClientStore):
    """A handle of the engine serves one call at a time, so there is a small pool of them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path.resolve()
        self.label = f"{EMBEDDED_PREFIX}{self.path}"
        self._closed = False
        # None is a handle not opened yet. Last in, first out: the warm one is taken again.
        self._handles: LifoQueue[Client | None] = LifoQueue()
        first = _hold(self.path, self.label)
        for handle in [*[None] * (HANDLES_MAX - 1), first]:
            self._handles.put(handle)

    @contextmanager
    def _client(self) -> Iterator["Client"]:
        handle = self._handles.get()
        try:
            if self._closed:
                raise closed(self.label)
            handle = handle or _open_handle(self.path)
            yield handle
        finally:
            self._handles.put(handle)

    def _read(self, sql: str, params: Params) -> bytes:
        # A handle that became read-only stays so, hence one of its own, in the place of another.
        with self._client(), closing(_open_handle(self.path)) as handle:
            handle.set_client_setting("readonly", "1")
            return handle.raw_query(sql, dict(params), fmt="ArrowStream")

    def close(self) -> None:
        """Waits for the calls under way; later ones are refused."""
        if self._closed:
            return
        self._closed = True
        for handle in [self._handles.get() for _ in range(HANDLES_MAX)]:
            if handle is not None:
                handle.close()
            self._handles.put(None)
        with _open_here_lock:
            _open_here[self.path] -= 1
            _release_unless_open(self.path)


def missing(path: Path) -> bool:
    """Whether no store was made there yet. What cannot be looked at is not missing: opening it
    says what is wrong."""
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False


def engine_elsewhere(path: Path) -> bool:
    """Does a process hold the engine's own lock on this folder without having taken ours? Another
    program on the same engine does."""
    with suppress(OSError), (path / "status").open("rb") as status:
        try:
            fcntl.flock(status, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _hold(path: Path, label: str) -> "Client":
    with _open_here_lock:
        _prepare_folder(path, label)
        if any(count and other != path for other, count in _open_here.items()):
            raise StoreUnavailable(
                f"The event store {label} cannot be opened: this process holds another one."
            )
        if not _open_here[path]:
            _locks_here[path] = _lock(path, label)
        try:
            handle = _open_handle(path)
        except Exception as error:
            _release_unless_open(path)
            raise _not_opened(path, label, error) from None
        _open_here[path] += 1
        return handle


def _lock(path: Path, label: str) -> int:
    try:
        lock = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnavailable(
            f"The event store {label} cannot be locked: {error.strerror}."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise _busy(label) from None
    return lock


def _release_unless_open(path: Path) -> None:
    if not _open_here[path]:
        os.close(_locks_here.pop(path))


def _open_handle(path: Path) -> "Client":
    return make_client(dsn=f"{EMBEDDED_PREFIX}{path}")


def _prepare_folder(path: Path, label: str) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise BadInput(
            f"The event store {label} is not a folder; name another place or move that file."
        ) from None
    except OSError as error:
        raise BadInput(
            f"The folder of the event store {label} cannot be made: {error.strerror}."
        ) from None
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise BadInput(
            f"The folder of the event store {label} cannot be written; "
            "change its owner or its rights."
        )


def _busy(label: str) -> StoreBusy:
    return StoreBusy(
        f"The event store {label} is held by another process; stop it, or wait until it ends."
    )


def _not_opened(path: Path, label: str, error: Exception) -> StoreUnavailable:
    if engine_elsewhere(path):
        return _busy(label)
    return StoreUnavailable(
        f"The event store {label} cannot be opened by the engine ({type(error).__name__}); "
        "check the folder, its rights and the disk, or restore it from a backup."
    )
