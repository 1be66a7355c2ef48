"""A directory with two accounts and an operator, an event store, and the pages over real ASGI."""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Thread
from time import sleep
from typing import Any
from uuid import uuid4

import polars as pl
import pytest
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from httpx import ASGITransport, AsyncClient, Cookies, Response
from starlette.applications import Starlette

from dashboard.app import build
from schema.days import DAY_MS
from schema.directory import accounts, cards, sessions, users
from schema.directory.cards import Card
from schema.directory.database import Directory, open_directory
from schema.store import EventStore
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.clock import FixedClock

NOW = "2026-11-20T18:30:00+01:00"


class Visitor:
    """Asks the pages over ASGI from plain functions; the event loop has a thread of its own."""

    def __init__(self, portal: BlockingPortal, app: Starlette, origin: str) -> None:
        self._portal = portal
        # Errors are answers here, as they are behind a real server.
        transport = ASGITransport(app, raise_app_exceptions=False)
        self._client = AsyncClient(
            transport=transport, base_url=origin, headers={"Accept-Language": "fr"}
        )

    @property
    def cookies(self) -> Cookies:
        return self._client.cookies

    def get(self, path: str, **headers: str) -> Response:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, data: dict[str, str] | None = None, **headers: str) -> Response:
        return self.ask("POST", path, data=data or {}, headers=headers)

    def ask(self, method: str, path: str, **given: Any) -> Response:
        return self._portal.call(partial(self._client.request, method, path, **given))

    def sign_in(self, email: str, password: str, **more: str) -> Response:
        return self.post("/login", {"email": email, "password": password} | more)


@dataclass(frozen=True)
class World:
    """What a test starts from: `mine` and `second` belong to Marie, `foreign` to Paul."""

    directory: Directory
    store: EventStore
    clock: FixedClock
    portal: BlockingPortal
    mine: Card
    second: Card
    foreign: Card
    spool: Path
    password: str = "soleil sur la baie"
    origin: str = "http://balise.test"
    owner: str = "marie@atelier.example"
    viewer: str = "leo@atelier.example"
    stranger: str = "paul@garage.example"
    ops: str = "ops@balise.test"

    def app(self, **changes: object) -> Starlette:
        given = {
            "directory": self.directory,
            "store": self.store,
            "clock": self.clock,
            "origin": self.origin,
            "spool": self.spool,
            "exports": self.spool.with_name("exports"),
        }
        return build(**given | changes)

    def visitor(self, email: str | None = None, app: Starlette | None = None) -> "Visitor":
        """A browser on the pages. When an e-mail is given it has a session already, for to check a
        password is made to take long."""
        app = app or self.app()
        visitor = Visitor(self.portal, app, self.origin)
        if email:
            site = app.state.site
            with site.directory.write() as conn:
                token = sessions.start(conn, users.by_email(conn, email).id, site.clock())
            host = self.origin.partition("://")[2]
            visitor.cookies.set(site.session_cookie, token, domain=host)
        return visitor

    def event(self, card: Card, at: str, **changes: object) -> dict[str, object]:
        """A human view unless told otherwise; `at` is ISO 8601 with its offset."""
        when = datetime.fromisoformat(at)
        given = {"card": card.id, "at": when, "received": when, "name": "view", "class": "human"}
        return given | {"page": uuid4().hex[:12]} | changes

    def store_events(self, *events: dict[str, object]) -> None:
        schema = {"at": pl.Datetime("ms", "UTC"), "received": pl.Datetime("ms", "UTC")}
        frame = pl.DataFrame(list(events), schema_overrides=schema)
        self.store.insert("events", frame.fill_null(""), token=uuid4().hex)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    """One per module: a process holds one embedded store at a time, and opening it is slow."""
    store = open_store(prepared.events(tmp_path_factory.mktemp("store")))
    yield store
    store.close()


@pytest.fixture(scope="session")
def directory_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Card, ...]]:
    """Made once and copied for each test: password hashes take their time."""
    folder = tmp_path_factory.mktemp("directory")
    directory = open_directory(prepared.directory(folder))
    made = _people(directory, FixedClock.at(NOW).now_ms)
    directory.close()
    return folder / "balise.db", made


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def world(
    tmp_path: Path,
    store: EventStore,
    portal: BlockingPortal,
    directory_file: tuple[Path, tuple[Card, ...]],
) -> Iterator[World]:
    with _world(tmp_path, store, portal, directory_file) as world:
        yield world


@pytest.fixture(scope="module")
def lasting_world(
    tmp_path_factory: pytest.TempPathFactory,
    store: EventStore,
    portal: BlockingPortal,
    directory_file: tuple[Path, tuple[Card, ...]],
) -> Iterator[World]:
    """One for all tests of a module, which fill it once and only look."""
    with _world(tmp_path_factory.mktemp("world"), store, portal, directory_file) as world:
        yield world


@contextmanager
def _world(
    folder: Path,
    store: EventStore,
    portal: BlockingPortal,
    directory_file: tuple[Path, tuple[Card, ...]],
) -> Iterator[World]:
    source, made = directory_file
    copy = shutil.copy(source, folder / "balise.db")
    directory = open_directory(f"sqlite:///{copy}")
    yield World(directory, store, FixedClock.at(NOW), portal, *made, spool=folder / "spool")
    directory.close()
    for table in ("events", "visits", "card_days", "card_dims", "card_hours"):
        store.run(f"TRUNCATE TABLE {table}")


def _people(directory: Directory, now_ms: int) -> tuple[Card, ...]:
    with directory.write() as conn:
        atelier = accounts.create(
            conn, name="Atelier Moreau", tier="premium", locale="fr", now_ms=now_ms
        )
        garage = accounts.create(
            conn, name="Garage Hoarau", tier="essentiel", locale="fr", now_ms=now_ms
        )
        for account, email, role in (
            (atelier.id, World.owner, "owner"),
            (atelier.id, World.viewer, "viewer"),
            (garage.id, World.stranger, "owner"),
            (None, World.ops, "ops"),
        ):
            users.create(
                conn,
                account=account,
                email=email,
                role=role,
                password=World.password,
                locale="fr",
                now_ms=now_ms,
            )
        made = [
            cards.create(
                conn,
                account=account.id,
                name=name,
                url=f"https://carte.example/{name.split()[0].lower()}",
                zone=zone,
                origins=[],
                now_ms=now_ms - 30 * DAY_MS,
            )
            for account, name, zone in (
                (atelier, "Marie Moreau", "Europe/Paris"),
                (atelier, "Atelier Moreau", "Indian/Reunion"),
                (garage, "Paul Hoarau", "Indian/Reunion"),
            )
        ]
    return tuple(made)


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def serve() -> Callable[[Starlette], AbstractContextManager[str]]:
    return served


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The pages over a real socket, for a real browser."""
    with served(world.app()) as address:
        yield address


@pytest.fixture
def hostile_card(world: World) -> Card:
    with world.directory.write() as conn:
        return cards.create(
            conn,
            account=world.mine.account,
            name="<script>alert(1)</script>\"'{{ 7 * 7 }}%(n)s",
            url="https://carte.example/x",
            zone="Europe/Paris",
            origins=[],
            now_ms=world.clock.now_ms,
        )
