"""One installation for a whole module; each test has a card of its own in it."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import count

import pytest

from pipeline.enrich import enrich
from pipeline.importing.formats import BY_NAME, Options
from pipeline.importing.report import Report
from pipeline.importing.run import Place, Totals, import_file
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.settings import load
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.events import NOW_MS

SITE = "https://cartes.example.fr"
_numbers = count(1)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    data = tmp_path_factory.mktemp("installation")
    with (
        closing(open_store(prepared.events(data))) as store,
        closing(open_directory(prepared.directory(data))) as directory,
    ):
        settings = load({"BALISE_DATA": str(data)}, data)
        settings.spool.mkdir()
        yield Place(store, directory, settings, lambda: NOW_MS, enrich)


@pytest.fixture
def new_card(place) -> Callable[..., str]:
    def make(zone: str = "Europe/Paris", path: str = "") -> str:
        id = f"card{next(_numbers):04}"
        with place.directory.write() as conn:
            account = accounts.create(conn, name="A", tier="premium", locale="fr", now_ms=NOW_MS)
            return cards.create(
                conn,
                account=account.id,
                name="A",
                url=f"{SITE}{path or '/' + id}",
                zone=zone,
                origins=(),
                now_ms=NOW_MS,
                id=id,
            ).id

    return make


@pytest.fixture
def card(new_card) -> str:
    return new_card()


@pytest.fixture
def bring(place, tmp_path) -> Callable[..., Totals]:
    """Imports a text as a file."""

    def run(text, kind="csv", *, file="rows", dry_run=False, store=None, **options) -> Totals:
        path = tmp_path / file
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        report = None if dry_run else Report(tmp_path / "refused.csv")
        where = place if store is None else replace(place, store=store)
        return import_file(where, path, BY_NAME[kind], Options(**options), report=report)

    return run


@pytest.fixture
def stored(place) -> Callable[..., list]:
    def ask(card: str, columns: str = "toString(at), name, target") -> list:
        return place.store.rows(
            f"SELECT {columns} FROM events WHERE card = {{card:String}} ORDER BY at, page, seq",
            {"card": card},
        )

    return ask
