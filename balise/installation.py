"""Both stores of an installation, open and at the version that this program knows."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from balise.folder import prepare
from schema.clock import Clock
from schema.directory import upgrade
from schema.directory.database import Directory, open_directory
from schema.errors import BaliseError
from schema.migrate import migrate, pending, released
from schema.settings import Settings
from schema.store import EventStore
from schema.store.address import parse
from schema.store.opening import hold_store, reach_store


@dataclass(frozen=True, slots=True)
class Installation:
    settings: Settings
    directory: Directory
    store: EventStore
    clock: Clock


Expendable = Callable[[Directory], bool]
"""Tells of an older installation that its data may be brought up to date without asking."""


def never(_directory: Directory) -> bool:
    return False


@contextmanager
def held(
    settings: Settings, clock: Clock, *, expendable: Expendable = never
) -> Iterator[Installation]:
    """For a server process: it holds the event store as long as it runs."""
    prepare(settings)
    with (
        ready_directory(settings, expendable) as directory,
        closing(hold_store(settings)) as store,
    ):
        _make_ready(store, settings, may_change=expendable(directory))
        yield Installation(settings, directory, store, clock)


@contextmanager
def reached(settings: Settings, clock: Clock) -> Iterator[Installation]:
    """For a command: it goes through the running server when there is one."""
    prepare(settings)
    with ready_directory(settings) as directory, closing(reach_store(settings)) as store:
        _make_ready(store, settings, may_change=False)
        yield Installation(settings, directory, store, clock)


@contextmanager
def ready_directory(settings: Settings, expendable: Expendable = never) -> Iterator[Directory]:
    """An empty one is ours to fill. An older one holds data: a person decides to change it."""
    with closing(open_directory(settings.database)) as directory:
        due = upgrade.pending(directory)
        if due == list(upgrade.NAMES) or (due and expendable(directory)):
            upgrade.upgrade(directory)
        elif due:
            raise _older(directory.label, due)
        yield directory


def _make_ready(store: EventStore, settings: Settings, *, may_change: bool) -> None:
    address = parse(settings.clickhouse)
    due = pending(store, address)
    if may_change or due == [str(each) for each in released()]:
        migrate(store, address)
    elif due:
        raise _older(store.label, due)


def _older(label: str, due: list[str]) -> BaliseError:
    return BaliseError(
        f"{label} was made by an older Balise and needs {', '.join(due)}; "
        "back it up with that one, then run `balise migrate`."
    )
