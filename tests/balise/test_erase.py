"""`balise erase`, with what waits in a spool, alone and beside a server."""

import json
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from schema.testing.events import CARD, envelope
from schema.testing.installation import SITE, install
from schema.testing.server import BALISE, balise, environment, running

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("erase") / "var"
    install(folder)
    return folder


def send(server, seed, agent=AGENT):
    import urllib.request

    now = int(time.time() * 1000)
    made = envelope(seed, sent=now, events=[{"seq": 0, "name": "view", "at": now}])
    request = urllib.request.Request(
        f"{server.origin}/api/track",
        json.dumps(made).encode(),
        {"Content-Type": "text/plain", "Origin": SITE, "User-Agent": agent},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 204


def events(data):
    asked = balise(data, "sql", "--json", "SELECT count() AS n FROM events")
    return json.loads(asked.stdout)[0]["n"]


def test_a_visitor_then_a_card_then_an_account_are_gone(data):
    with running(data, "collect") as server:
        for seed in range(3):
            send(server, seed)
        send(server, 3, agent="Mozilla/5.0 Chrome/140.0.0.0 Safari/537.36")
    # Nothing is shipped yet: what waits in the spool is erased as well.
    erased = subprocess.run(
        [BALISE, "erase", "visitor", "--card", CARD, "--json"],
        env=environment(data),
        cwd=data.parent,
        input=f"127.0.0.1\n{AGENT}\n",
        capture_output=True,
        text=True,
    )
    assert erased.returncode == 0, erased.stderr
    assert json.loads(erased.stdout)["rows"]["events"] == 3
    assert events(data) == 1
    with running(data, "serve") as server:
        send(server, 4)
        gone = server.run("erase", "card", CARD, "--yes", "--json")
        assert gone.returncode == 0, gone.stderr
        assert json.loads(gone.stdout)["rows"]["events"] == 2
        assert CARD not in server.run("card", "list").stdout
    assert events(data) == 0
    account = json.loads(balise(data, "account", "list", "--json").stdout)[0]["id"]
    assert balise(data, "erase", "account", account, "--yes").returncode == 0
    with closing(sqlite3.connect(data / "balise.db")) as directory:
        assert directory.execute("SELECT count(*) FROM accounts").fetchone() == (0,)
        actions = [
            action for (action,) in directory.execute("SELECT action FROM audit ORDER BY id")
        ]
    assert actions[-4:] == ["erase.visitor", "erase.begin", "erase.card", "erase.account"]
    assert balise(data, "ledger").returncode == 0


def test_what_cannot_be_erased_is_one_sentence(data):
    for arguments, told in (
        (["card", "not-a-card", "--yes"], "'not-a-card'"),
        (["visitor", "--card", "nobody00"], "'nobody00'"),
    ):
        refused = balise(data, "erase", *arguments)
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False), refused.stderr
        assert told in refused.stderr
