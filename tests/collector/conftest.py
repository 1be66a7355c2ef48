"""A real collector on loopback: SQLite directory, spool on disk, uvicorn on a free port."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import msgspec
import pytest
from starlette.applications import Starlette

from balise.listen import Server
from collector import app, links, objection
from collector.asgi import HotPath
from collector.cards import CardBook
from collector.pages import Pages
from collector.spool import Spool
from collector.track import Track
from schema.directory import accounts, cards
from schema.directory.database import Directory, open_directory
from schema.spooled import SpooledEvent, open_spool
from schema.testing import prepared, visits
from schema.testing.clock import FixedClock
from schema.testing.events import CARD, NOW_MS

ORIGIN = "https://cartes.example.fr"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW_MS)


@pytest.fixture(scope="session")
def directory_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("directory")
    opened = open_directory(prepared.directory(folder))
    add_card(opened, CARD, [ORIGIN])
    opened.close()
    return folder / "balise.db"


@pytest.fixture
def directory(tmp_path: Path, directory_file: Path) -> Iterator[Directory]:
    """One account with one card on Réunion, which may be counted from `ORIGIN`."""
    shutil.copy(directory_file, tmp_path / "balise.db")
    opened = open_directory(f"sqlite:///{tmp_path}/balise.db")
    yield opened
    opened.close()


def add_card(directory: Directory, card: str, origins: list[str]) -> None:
    with directory.write() as conn:
        account = accounts.create(conn, name="Durand", tier="essentiel", locale="fr", now_ms=NOW_MS)
        cards.create(
            conn,
            account=account.id,
            name="Marie Durand",
            url=f"{ORIGIN}/marie",
            zone="Indian/Reunion",
            origins=origins,
            now_ms=NOW_MS,
            id=card,
        )


def spooled_in(path: Path) -> list[SpooledEvent]:
    spool = open_spool(path)
    bodies = [body for (body,) in spool.execute("SELECT body FROM batches ORDER BY id")]
    spool.close()
    decode = msgspec.json.Decoder(SpooledEvent).decode_lines
    return [event for body in bodies for event in decode(body)]


def counted_in(path: Path) -> dict[tuple[str, str, str], int]:
    spool = open_spool(path)
    rows = spool.execute("SELECT day, card, reason, n FROM counters").fetchall()
    spool.close()
    return {(day, card, reason): n for day, card, reason, n in rows}


@dataclass
class Collector:
    url: str
    client: httpx.Client
    spool: Spool
    book: CardBook
    server: Server

    def track(self, content: bytes, **headers: str) -> httpx.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        about = {"content-type": "text/plain;charset=UTF-8", "origin": ORIGIN} | given
        return self.client.post("/api/track", content=content, headers=about)

    def spooled(self) -> list[SpooledEvent]:
        return spooled_in(self.spool.path)

    def counted(self, reason: str, times: int) -> dict[tuple[str, str, str], int]:
        """Refusals are not waited for, so their count may follow the answer by a moment."""
        deadline_s = time.monotonic() + 5
        while True:
            found = {key: n for key, n in counted_in(self.spool.path).items() if key[2] == reason}
            if sum(found.values()) >= times or time.monotonic() > deadline_s:
                return found
            time.sleep(0.01)


@contextmanager
def running_collector(
    folder: Path,
    directory: Directory,
    clock: FixedClock,
    *,
    bytes_max=10**9,
    trusted_proxies=(),
    network_requests_s=10**6,
    card_requests_s=10**6,
    short_way=True,
    check_store=lambda: "",
    pages=(),
    card="",
    other_cards=(),
) -> Iterator[Collector]:
    """`card`: the id of one that is shown by `pages`, on the collector's own address; the others
    may be shown there too.

    `short_way`: as `balise` serves it, else as any ASGI server would."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    for each in filter(None, (card, *other_cards)):
        add_card(directory, each, [url, url.replace("127.0.0.1", "localhost")])
    book = CardBook(directory, clock)
    spool = Spool(folder / "spool", clock=clock, bytes_max=bytes_max, free_bytes_min=0)
    visitors_pages = Pages()
    hot = HotPath(
        Starlette(
            routes=[
                *app.routes(spool, {"store": check_store}),
                *links.routes(directory, book.item_key, visitors_pages),
                *objection.routes(directory, visitors_pages),
                *pages,
            ]
        ),
        Track(
            book=book,
            spool=spool,
            clock=clock,
            network_requests_s=network_requests_s,
            card_requests_s=card_requests_s,
            trusted_proxies=trusted_proxies,
        ),
    )
    server = Server(hot, ready=lambda: None, track=hot.track if short_way else None)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    with httpx.Client(base_url=url) as client:
        yield Collector(url, client, spool, book, server)
    server.should_exit = True
    thread.join()
    spool.close()
    book.close()


@pytest.fixture
def make_collector(tmp_path: Path, directory: Directory, clock: FixedClock):
    with ExitStack() as running:
        yield lambda **options: running.enter_context(
            running_collector(tmp_path, directory, clock, **options)
        )


@dataclass(frozen=True)
class Visitor:
    """A browser of its own on a shared site: what is on the disk, as far as it came from there."""

    site: Collector
    agent: str

    @property
    def url(self) -> str:
        return self.site.url

    @property
    def book(self) -> CardBook:
        return self.site.book

    def spooled(self) -> list[SpooledEvent]:
        return [event for event in self.site.spooled() if event.agent == self.agent]

    def counted(self, reason: str, times: int) -> dict[tuple[str, str, str], int]:
        return self.site.counted(reason, times)


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory, directory_file: Path):
    """One collector for all browser tests of a module."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(directory_file, folder / "balise.db")
    directory = open_directory(f"sqlite:///{folder}/balise.db")
    with ExitStack() as running:
        yield lambda **options: running.enter_context(
            running_collector(folder, directory, FixedClock(NOW_MS), **options)
        )
    directory.close()


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, open_site) -> Collector:
    """With the card and the pages of the module, `PAGES`."""
    return open_site(pages=request.module.PAGES, card=visits.CARD)


@pytest.fixture
def card(site: Collector) -> Visitor:
    """Seen by someone new there, for a browser context that says this agent."""
    return Visitor(site, f"Mozilla/5.0 (Linux; Android 15) Chrome/140 {uuid4().hex}")


@pytest.fixture
def collector(make_collector) -> Collector:
    return make_collector()


@pytest.fixture(name="add_card")
def add_card_fixture(directory: Directory):
    return lambda card, origins: add_card(directory, card, origins)


@pytest.fixture
def open_book(directory: Directory, clock: FixedClock):
    opened: list[CardBook] = []

    def open_one() -> CardBook:
        opened.append(CardBook(directory, clock))
        return opened[-1]

    yield open_one
    for book in opened:
        book.close()
