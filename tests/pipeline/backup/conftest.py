"""An installation with something in every table, and an empty one to restore into.

Both in one process would be two embedded engines, which it cannot hold, so the second one is opened
when the first is closed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from balise.installation import reached
from pipeline.backup.take import Sources
from schema.settings import load
from schema.testing import prepared
from schema.testing.clock import FixedClock
from schema.testing.events import NOW_MS

Installed = Callable[[str], AbstractContextManager[Sources]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_MS)


@pytest.fixture
def installed(tmp_path: Path, clock: FixedClock) -> Installed:
    """`with installed("var") as place`: opened, made when it is not there yet."""

    @contextmanager
    def open_it(name: str) -> Iterator[Sources]:
        settings = load({"BALISE_DATA": str(tmp_path / name)}, tmp_path)
        if not settings.data.exists():
            prepared.installation(settings.data)
        with reached(settings, clock) as place:
            yield Sources(place.store, place.directory, place.settings, place.clock)

    return open_it
