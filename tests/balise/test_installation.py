"""What a starting process does with stores that are empty, older, or held for a moment."""

import subprocess
import sys
import threading
from contextlib import closing

import pytest

from balise.demo import show
from balise.demo.enrol import enrol
from balise.folder import prepare
from balise.installation import held
from schema.clock import system_clock
from schema.directory import accounts
from schema.directory.database import open_directory
from schema.directory.upgrade import upgrade
from schema.errors import BaliseError
from schema.migrate import migrate, pending, released
from schema.settings import Settings
from schema.store.address import parse
from schema.store.opening import open_store

HOLD = """
import sys
from schema.store.opening import open_store
store = open_store(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
store.close()
"""


def make_older(settings: Settings, *, demo: bool) -> None:
    """As an earlier version of Balise would have left it: all migrations but the newest."""
    prepare(settings)
    with closing(open_store(settings.clickhouse)) as store:
        migrate(store, parse(settings.clickhouse), released()[:-1])
    with closing(open_directory(settings.database)) as directory:
        upgrade(directory)
        with directory.write() as conn:
            if demo:
                enrol(conn, origin=settings.origin, days=3, now_ms=system_clock())


def test_an_older_store_with_someones_data_is_left_for_a_person_to_decide(
    settings: Settings,
) -> None:
    make_older(settings, demo=False)
    with (
        pytest.raises(BaliseError, match="back it up with that one, then run `balise migrate`"),
        held(settings, system_clock, expendable=show.only_ours),
    ):
        pass


def test_an_older_demo_is_brought_up_to_date_without_asking(settings: Settings) -> None:
    make_older(settings, demo=True)
    with held(settings, system_clock, expendable=show.only_ours) as place:
        assert pending(place.store, parse(settings.clickhouse)) == []


def test_an_installation_with_an_account_of_someone_is_no_demo(settings: Settings) -> None:
    with held(settings, system_clock) as place:
        assert not show.only_ours(place.directory)
        with place.directory.write() as conn:
            enrol(conn, origin=settings.origin, days=3, now_ms=0)
        assert show.only_ours(place.directory)
        with place.directory.write() as conn:
            accounts.create(conn, name="Lormeau", tier="premium", locale="fr", now_ms=0)
        assert not show.only_ours(place.directory)


def test_a_server_waits_for_a_command_that_holds_the_store_for_a_moment(
    settings: Settings,
) -> None:
    prepare(settings)
    command = subprocess.Popen(
        [sys.executable, "-c", HOLD, settings.clickhouse],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert command.stdout is not None
    assert command.stdin is not None
    assert command.stdout.readline() == b"held\n"
    threading.Timer(0.5, command.stdin.close).start()
    with held(settings, system_clock) as place:
        assert place.store.rows("SELECT 1") == [(1,)]
    assert command.wait(10) == 0
    command.stdout.close()
