"""`balise serve` is killed with SIGKILL while it makes a file; the next one makes it whole."""

from contextlib import closing, contextmanager
from io import BytesIO
from time import sleep

import httpx
import pytest
from pypdf import PdfReader
from sqlalchemy import update

from schema.clock import system_clock
from schema.directory import cards, export_jobs, users
from schema.directory.database import open_directory
from schema.directory.tables import accounts
from schema.testing.events import CARD
from schema.testing.installation import install
from schema.testing.server import running

EMAIL, PASSWORD = "marie@atelier.example", "soleil sur la baie"
LONG = "/cards/export.pdf?period=custom&from=2024-11-01&to=2026-10-31"
LOOK_S = 0.01
LOOKS_MAX = 24_000


@pytest.fixture
def data(tmp_path):
    """An owner with two cards and the tier that has files of all of them."""
    install(tmp_path / "var")
    with closing(directory_of(tmp_path / "var")) as directory, directory.write() as conn:
        conn.execute(update(accounts).values(tier="multi_cartes"))
        account = cards.get(conn, CARD).account
        now_ms = system_clock()
        given = {"name": "B", "url": "https://example.fr/b", "zone": "Europe/Paris"}
        cards.create(conn, account=account, **given, origins=(), now_ms=now_ms)
        owner = {"email": EMAIL, "password": PASSWORD, "role": "owner", "locale": "fr"}
        users.create(conn, account=account, **owner, now_ms=now_ms)
    return tmp_path / "var"


def directory_of(data):
    return open_directory(f"sqlite:///{data}/balise.db")


def wait_for(data, id, is_so):
    with closing(directory_of(data)) as directory:
        for _ in range(LOOKS_MAX):
            with directory.read() as conn:
                job = export_jobs.get(conn, id, system_clock())
            if is_so(job):
                return job
            sleep(LOOK_S)
    raise AssertionError(job)


@contextmanager
def signed_in(server):
    with httpx.Client(base_url=server.origin, headers={"Origin": server.origin}) as browser:
        told = browser.post("/login", data={"email": EMAIL, "password": PASSWORD})
        assert told.status_code == 303
        yield browser


def test_a_file_whose_process_is_killed_is_there_after_the_next_start(data):
    with running(data, "serve") as server, signed_in(server) as browser:
        asked = browser.get(LONG)
        address = asked.headers["location"]
        id = address.rpartition("/")[2]
        wait_for(data, id, lambda job: job.part > 0)
        server.kill()
    with closing(directory_of(data)) as directory, directory.read() as conn:
        cut = export_jobs.get(conn, id, system_clock())
    assert (cut.finished_ms, cut.tries) == (None, 1)
    with running(data, "serve") as server, signed_in(server) as browser:
        done = wait_for(data, id, lambda job: job.finished_ms is not None)
        assert (done.error, done.tries) == ("", 2)
        answer = browser.get(f"{address}/file")
    assert answer.headers["content-type"] == "application/pdf"
    assert len(PdfReader(BytesIO(answer.content)).pages) > 1
    assert [path.name for path in (data / "exports").iterdir()] == [id]
