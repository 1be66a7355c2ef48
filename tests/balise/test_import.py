"""`balise import`: alone, beside a running server, killed, and what it says to people."""

import json
import os
import signal
import subprocess
import time

import pytest

from schema.testing import stored
from schema.testing.events import CARD
from schema.testing.installation import install
from schema.testing.server import BALISE, balise, environment, running

DAY_MS = 86_400_000


def rows(count):
    """One a second, ending yesterday."""
    last = int(time.time()) * 1000 - DAY_MS
    lines = (f"{CARD},{last - n * 1000},view,moi{n % 9}@example.fr" for n in range(count))
    return "\n".join(["card,at,name,visitor", *lines])


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("import") / "var"
    install(folder)
    return folder


def test_alone_and_beside_a_server_each_row_is_stored_once(data, here):
    file = data.parent / "some.csv"
    file.write_text(f"{rows(300)}\nnobody00,{int(time.time())}000,view,x\n")
    alone = balise(data, "import", str(file))
    assert alone.returncode == 0, alone.stderr
    assert "300 events imported, 0 there already, 1 refused" in alone.stdout
    assert "line 302: No card has the id 'nobody00'." in alone.stdout
    assert (data.parent / "some.csv.refused.csv").read_text().startswith("line,reason\n302,")
    with running(data, "serve") as server:
        beside = server.run("import", str(file), "--dry-run", "--json")
        told = json.loads(beside.stdout)["files"][0]
        assert (told["new"], told["duplicate"], told["refused"]) == (0, 300, 1)
        assert [month["became"] for month in told["months"]] == ["duplicate"] * len(told["months"])
        more = data.parent / "more.csv"
        more.write_text(rows(400).replace(",view,", ",engage,"))
        beside = server.run("import", str(more), "--format", "csv")
        assert "400 events imported" in beside.stdout, beside.stderr
        assert stored.events(data) == 700
    assert here(data, "ledger").code == 0


def test_killed_at_any_instant_it_is_resumed_by_running_it_again(data, here):
    file = data.parent / "many.ndjson"
    last = int(time.time()) * 1000 - 40 * DAY_MS
    with file.open("w") as out:
        for n in range(150_000):
            row = {"card": CARD, "at": last - n * 500, "name": "opened", "visitor": f"v{n % 999}"}
            out.write(json.dumps(row) + "\n")
    for _ in range(2):
        process = subprocess.Popen(
            [BALISE, "import", str(file)],
            env=environment(data),
            cwd=data.parent,
            stderr=subprocess.DEVNULL,
        )
        begun = data / "imports"
        while process.poll() is None and not any(begun.glob("begun-*")):
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    told = here(data, "import", str(file), "--json").json["files"][0]
    assert told["new"] + told["duplicate"] == 150_000
    counted = "SELECT count(), uniqExact(page, seq) FROM events WHERE name = 'opened'"
    assert stored.rows(data, counted) == [(150_000, 150_000)]
    ledger = here(data, "ledger", "--json").json
    assert ledger["balanced"]
    assert sum(line["human"] for line in ledger["lines"]) == stored.events(data)


def test_what_cannot_be_imported_is_one_sentence(data, here):
    for arguments, code, told in (
        (["none.csv"], 2, "none.csv cannot be read: No such file"),
        (["--report", "a", "some.csv", "more.csv"], 2, "--report names one file"),
        (["--report", "/nowhere/a", "some.csv"], 3, "cannot be written"),
    ):
        refused = here(data, "import", *arguments)
        assert refused.code == code, refused.err
        assert told in refused.err
        assert refused.err.count("\n") == 1


def test_a_file_without_one_row_that_can_be_used_ends_with_1(data, here):
    (data.parent / "other.csv").write_text("card,at,name\nnobody00,1,view\n")
    assert here(data, "import", "other.csv").code == 1


def test_it_is_written_down_who_imported_what(data):
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "balise.db")) as directory:
        audit = directory.execute("SELECT actor, action, subject FROM audit").fetchall()
        runs = directory.execute("SELECT rows, error FROM runs WHERE job = 'import'").fetchall()
    assert ("shell", "import.end", "some.csv (run 1): 300 events") in audit
    assert (300, None) in runs
