"""A backup that a command makes, through the control socket, while a service takes events in."""

import json
import time
import zipfile
from contextlib import ExitStack

from schema.testing import stored
from schema.testing.installation import install
from schema.testing.load import Load
from schema.testing.server import balise, free_port, running


def events(data):
    return stored.rows(data, "SELECT page, seq FROM events")


def test_what_was_acknowledged_before_is_restored_and_nothing_twice(tmp_path):
    data, new, port = tmp_path / "var", tmp_path / "new", free_port()
    install(data, zone="Pacific/Auckland")
    with running(data, "serve", port=port) as server, ExitStack() as stack:
        loads = [stack.enter_context(Load(port, name=f"l{n}")) for n in range(2)]
        while sum(len(load.acknowledged) for load in loads) < 100:
            time.sleep(0.05)
        before = set().union(*(load.acknowledged.copy() for load in loads))
        made = server.run("backup", str(tmp_path / "backups"), "--json")
        assert made.returncode == 0, made.stderr
        stack.close()
        assert server.stop() == 0
    told = json.loads(made.stdout)
    restored = balise(new, "restore", told["archive"])
    assert restored.returncode == 0, restored.stderr
    with running(new, "serve") as server:
        server.stop()
    after = events(new)
    assert before <= set(after)
    assert len(after) == len(set(after))
    assert set(after) <= set(events(data))
    ledger = balise(new, "ledger", "--json")
    assert json.loads(ledger.stdout)["balanced"]
    with zipfile.ZipFile(told["archive"]) as archive:
        assert archive.testzip() is None
