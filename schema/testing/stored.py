"""What the event store of a data folder holds, whether a server holds it or nobody does."""

from contextlib import closing
from pathlib import Path
from typing import Any

from schema.settings import load
from schema.store.opening import reach_store


def rows(data: Path, sql: str) -> list[tuple[Any, ...]]:
    """As a command would ask, without the second that a process takes to begin."""
    settings = load({"BALISE_DATA": str(data)}, data.parent)
    with closing(reach_store(settings, create=False)) as store:
        return store.rows(sql)


def events(data: Path) -> int:
    [(count,)] = rows(data, "SELECT count() FROM events")
    return int(count)
