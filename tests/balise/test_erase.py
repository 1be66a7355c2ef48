"""`balise erase`, with what waits in a spool, alone and beside a server."""

import json
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from schema.testing import stored
from schema.testing.events import CARD, envelope
from schema.testing.installation import SITE, install
from schema.testing.server import BALISE, environment, running

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


def actions(data):
    with closing(sqlite3.connect(data / "balise.db")) as directory:
        found = directory.execute("SELECT action FROM audit ORDER BY id").fetchall()
    return [action for (action,) in found]


def test_a_visitor_a_card_and_an_account_are_gone_and_what_was_killed_is_ended(data, here):
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
    assert stored.events(data) == 1
    with running(data, "serve") as server:
        send(server, 4)
        account = json.loads(server.run("account", "list", "--json").stdout)[0]["id"]
        killed = subprocess.Popen(
            [BALISE, "erase", "card", CARD, "--yes"], env=environment(data), cwd=data.parent
        )
        # It waits for the collectors then: nothing is deleted yet, and the card is gone.
        while "erase.begin" not in actions(data):
            time.sleep(0.01)
        killed.kill()
        killed.wait()
        assert CARD not in server.run("card", "list").stdout
        gone = server.run("erase", "account", account, "--yes", "--json")
        assert gone.returncode == 0, gone.stderr
        assert json.loads(gone.stdout)["erased"] == [CARD]
        assert json.loads(gone.stdout)["rows"]["events"] == 2
    assert stored.events(data) == 0
    again = here(data, "erase", "card", CARD, "--yes", "--json")
    assert again.json["rows"]["events"] == 0
    with closing(sqlite3.connect(data / "balise.db")) as directory:
        assert directory.execute("SELECT count(*) FROM accounts").fetchone() == (0,)
    card = ["erase.begin", "erase.card"]
    assert actions(data)[-6:] == ["erase.visitor", *card, "erase.account", *card]
    assert here(data, "ledger").code == 0


def test_what_cannot_be_erased_is_one_sentence(data, here):
    for arguments, told in (
        (["card", "not-a-card", "--yes"], "'not-a-card'"),
        (["visitor", "--card", "nobody00"], "'nobody00'"),
    ):
        refused = here(data, "erase", *arguments)
        assert (refused.code, "Traceback" in refused.err) == (2, False), refused.err
        assert told in refused.err
