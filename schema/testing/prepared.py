"""Stores with this version's tables and nothing in them: made once a process, then copied.

A copy takes a fraction of what the migrations take, and the same tables are in it.
"""

import atexit
import shutil
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from schema.directory.database import open_directory
from schema.directory.upgrade import upgrade
from schema.migrate import migrate
from schema.store.address import parse
from schema.store.opening import open_store


def installation(data: Path) -> None:
    """What `balise init` makes of a data folder, which is closed to others."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data / "spool").mkdir(mode=0o700)
    events(data)
    directory(data)


def events(data: Path) -> str:
    """The address of an event store in that data folder."""
    shutil.copytree(_events(), data / "events", symlinks=True)
    return _events_in(data)


def directory(data: Path) -> str:
    """The address of a directory in that data folder."""
    data.mkdir(parents=True, exist_ok=True)
    shutil.copy(_directory(), data / "balise.db")
    return _directory_in(data)


@cache
def _events() -> Path:
    dsn = _events_in(_templates())
    with closing(open_store(dsn)) as store:
        migrate(store, parse(dsn))
    return _templates() / "events"


@cache
def _directory() -> Path:
    with closing(open_directory(_directory_in(_templates()))) as opened:
        upgrade(opened)
    return _templates() / "balise.db"


@cache
def _templates() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="balise-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _events_in(data: Path) -> str:
    return f"chdb:///{data}/events"


def _directory_in(data: Path) -> str:
    return f"sqlite:///{data}/balise.db"
