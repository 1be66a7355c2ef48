"""Real stores in a folder of the test's own, and a spool that a collector has left there."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from pipeline.days import on_days
from pipeline.frames import COUNTED
from schema.days import local_day
from schema.directory import accounts, cards
from schema.directory.database import Directory, open_directory
from schema.store import EventStore
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import CARD, NOW_MS
from schema.testing.steps import Step


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    store = open_store(prepared.events(tmp_path))
    yield store
    store.close()


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    directory = open_directory(prepared.directory(tmp_path))
    yield directory
    directory.close()


AddCard = Callable[..., str]


@pytest.fixture
def add_card(directory: Directory) -> AddCard:
    return _cards_of(directory)


@pytest.fixture(scope="session")
def cards_of() -> Callable[[Directory], AddCard]:
    """For directories that a module makes once."""
    return _cards_of


def _cards_of(directory: Directory) -> AddCard:
    with directory.write() as conn:
        account = accounts.create(
            conn, name="Dupont", tier="essentiel", locale="fr", now_ms=NOW_MS
        ).id

    def add(zone: str = "Europe/Paris", *, id: str = CARD, created_ms: int = NOW_MS) -> str:
        with directory.write() as conn:
            return cards.create(
                conn,
                account=account,
                name="Camille Dupont",
                url="https://example.fr/c",
                zone=zone,
                origins=(),
                now_ms=created_ms,
                id=id,
            ).id

    return add


Frames = Callable[..., pl.LazyFrame]


@pytest.fixture(scope="session")
def counted() -> Frames:
    """Events as they are read from the store."""
    return lambda *steps: pl.LazyFrame(list(steps), schema=COUNTED)


@pytest.fixture(scope="session")
def placed(counted: Frames) -> Frames:
    """Events as they are in the days of a zone."""

    def place(*steps: Step, zone: str = "Europe/Paris") -> pl.LazyFrame:
        days = [local_day(int(step["at"].timestamp() * 1000), zone) for step in steps]
        return on_days(counted(*steps), zone, min(days), max(days))

    return place
