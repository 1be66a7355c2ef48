"""Each fault is made for real, and each is told with what mends it."""

import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Thread

import pytest

from balise.doctor import CHECKS, CLOCK_MS_MAX, FRENCH_ZONES, GEOIP_DAYS_MAX, Finding, examine
from balise.installation import held
from schema import days
from schema.clock import system_clock
from schema.directory import runs
from schema.directory.database import open_directory
from schema.errors import BadInput, Unavailable
from schema.settings import Settings, load
from schema.store.opening import open_store
from schema.testing import prepared
from schema.testing.clickhouse import PASSWORD, ClickHouseDouble
from schema.testing.clock import FixedClock
from schema.testing.mmdb import city, write_mmdb
from schema.testing.reach import within_reach
from schema.testing.server import free_port, running

DAY_MS = 86_400_000
NOBODY = 65_534


@pytest.fixture
def installed(settings: Settings) -> Settings:
    prepared.installation(settings.data)
    return settings


def given(settings: Settings, **changed: str) -> Settings:
    """The same installation with other settings, as its environment would give them."""
    environ = {f"BALISE_{name.upper()}": value for name, value in changed.items()}
    return load({"BALISE_DATA": str(settings.data)} | environ, settings.data.parent)


def finding(settings: Settings, check: str, clock=system_clock) -> Finding:
    return dict(CHECKS)[check](settings, clock)


def test_a_fresh_installation_has_no_fault(settings: Settings) -> None:
    with held(settings, system_clock):
        pass
    found = examine(settings, system_clock)
    assert [name for name, _ in found] == [name for name, _ in CHECKS]
    assert [each for each in found if each[1].state == "fault"] == []


def test_nothing_made_yet_is_told_and_nothing_is_made_by_looking(settings: Settings) -> None:
    faults = {name: each.remedy for name, each in examine(settings, system_clock) if each.remedy}
    assert faults == dict.fromkeys(
        ("data folder", "event store", "event store schema", "directory"), "run `balise init`"
    )
    assert not settings.data.exists()


def test_a_data_folder_that_is_a_file(settings: Settings) -> None:
    settings.data.write_text("mine")
    assert finding(settings, "data folder") == Finding(
        "fault", f"{settings.data} is a file", "name a folder with BALISE_DATA"
    )


def test_a_data_folder_that_others_can_read(installed: Settings) -> None:
    installed.data.chmod(0o750)
    found = finding(installed, "data folder")
    assert found.says == f"{installed.data} can be read by others (mode 750)"
    subprocess.run(found.remedy.removeprefix("run `").removesuffix("`").split(), check=True)
    assert finding(installed, "data folder").state == "ok"


def test_a_data_folder_without_the_right_to_write() -> None:
    found = finding(load({"BALISE_DATA": "/proc"}, Path("/")), "data folder")
    assert found == Finding("fault", "/proc is not writable", "give this user the right to write")


def test_every_check_answers_a_user_who_may_not_look(installed: Settings) -> None:
    examine(installed, system_clock)  # loads what a stranger might not be able to
    with stranger(installed.data):
        found = dict(examine(installed, system_clock))
    closed = (
        "data folder",
        "event store",
        "event store schema",
        "directory",
        "places file",
        "clock",
    )
    assert {name for name, each in found.items() if each.state == "fault"} == set(closed)
    assert found["clock"] == Finding(
        "fault",
        f"{installed.data} cannot be looked at (Permission denied)",
        "run `balise doctor` as the user who runs Balise",
    )
    assert all(found[name].remedy for name in closed)


def test_commands_tell_a_user_who_may_not_look(installed: Settings) -> None:
    with stranger(installed.data):
        with pytest.raises(
            Unavailable, match=r"balise\.db cannot be looked at \(Permission denied"
        ):
            open_directory(installed.database, create=False)
        with pytest.raises(BadInput, match="Permission denied"):
            open_store(installed.clickhouse, create=False)


@contextmanager
def stranger(folder: Path) -> Iterator[None]:
    """For a while this process is somebody who may not look into the folder: root lays its power
    down, anyone else closes the folder."""
    if os.geteuid() != 0:
        folder.chmod(0)
        try:
            yield
        finally:
            folder.chmod(0o700)
        return
    for each in within_reach(folder):
        each.chmod(0o755)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("setting", "state", "says", "remedy"),
    [
        ("free_bytes_min", "fault", "events are refused", "free some space"),
        ("spool_bytes_max", "note", "less than a full spool needs", "plan for more space"),
    ],
)
def test_a_disk_that_fills(
    installed: Settings, setting: str, state: str, says: str, remedy: str
) -> None:
    found = finding(given(installed, **{setting: str(10**13)}), "disk space")
    assert found.state == state
    assert says in found.says
    assert remedy in found.remedy


def test_an_event_store_that_a_server_holds_is_asked_through_it(installed: Settings) -> None:
    with running(installed.data, "serve"):
        found = finding(installed, "event store")
    assert found.state == "ok"
    assert "the running server" in found.says


def test_an_event_store_whose_path_is_a_file(installed: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    changed = given(installed, clickhouse=f"chdb:///{tmp_path}/letter")
    found = finding(changed, "event store")
    assert "letter is not a folder" in found.says
    assert "BALISE_CLICKHOUSE" in found.remedy


def test_an_unreachable_clickhouse(installed: Settings) -> None:
    address = f"clickhouse://me:hunter2@127.0.0.1:{free_port()}/balise"
    found = dict(examine(given(installed, clickhouse=address), system_clock))
    assert "Connection refused" in found["event store"].says
    assert found["event store"].remedy == "start the store, or mend BALISE_CLICKHOUSE"
    assert found["event store schema"].remedy == "see above"
    assert "hunter2" not in str(found)


def test_a_clickhouse_without_our_database_is_left_as_it_is(
    installed: Settings, tmp_path: Path
) -> None:
    with ClickHouseDouble(tmp_path / "double") as double:
        changed = given(installed, clickhouse=double.dsn)
        for _ in range(2):
            assert finding(changed, "event store").remedy == "run `balise init`"
        open_store(double.dsn).close()
        found = finding(changed, "event store")
        assert found.state == "ok"
        assert PASSWORD not in found.says
        double.fail("error", times=9, on="SELECT version()")
        assert finding(changed, "event store").state == "fault"


def test_an_event_schema_that_is_old_and_one_that_is_newer(installed: Settings) -> None:
    with closing(open_store(installed.clickhouse)) as store:
        store.run("ALTER TABLE migrations DELETE WHERE version > 1 SETTINGS mutations_sync = 1")
    old = finding(installed, "event store schema")
    assert old.says.startswith("to be applied: 0002 ")
    assert old.remedy == "run `balise migrate`"

    with closing(open_store(installed.clickhouse)) as store:
        store.run("INSERT INTO migrations VALUES (9999, 'later', '', now64(3))")
    newer = finding(installed, "event store schema")
    assert "is at version 9999" in newer.says
    assert newer.remedy == "run the version of Balise that wrote it"


def test_a_directory_without_tables_and_one_that_is_newer(installed: Settings) -> None:
    (installed.data / "balise.db").rename(installed.data / "kept.db")
    (installed.data / "balise.db").touch()
    old = finding(installed, "directory")
    assert old.says.startswith("to be applied: 0001_directory")
    assert old.remedy == "run `balise migrate`"

    (installed.data / "kept.db").rename(installed.data / "balise.db")
    with closing(sqlite3.connect(installed.data / "balise.db")) as tables, tables:
        tables.execute("UPDATE alembic_version SET version_num = '9999'")
    newer = finding(installed, "directory")
    assert "has schema 9999" in newer.says
    assert newer.remedy == "run the version of Balise that wrote it"


def test_an_unreachable_postgresql(installed: Settings) -> None:
    address = f"postgresql+psycopg://me:hunter2@127.0.0.1:{free_port()}/balise"
    found = finding(given(installed, database=address), "directory")
    assert found.state == "fault"
    assert found.remedy == "start the database, or mend BALISE_DATABASE"
    assert "hunter2" not in found.says


def test_a_directory_that_is_no_database(installed: Settings) -> None:
    (installed.data / "balise.db").write_text("this is a letter, not a database" * 100)
    found = finding(installed, "directory")
    assert found.says.endswith("is a file of another kind.")
    assert "mend BALISE_DATABASE" in found.remedy


def test_jobs_that_have_not_run_ran_well_and_failed(installed: Settings) -> None:
    assert finding(installed, "jobs").state == "note"
    with closing(open_directory(installed.database)) as directory:
        for error in (None, "The event store is away."):
            with directory.write() as conn:
                run = runs.start(conn, "roll", 0)
                runs.finish(conn, run, now_ms=1, rows=0, error=error)
            state = finding(installed, "jobs").state
            assert state == ("fault" if error else "ok")
    assert finding(installed, "jobs").says.endswith("roll: The event store is away.")
    assert finding(installed, "jobs").remedy == "read the log"


def test_a_places_file_is_known_by_its_age(installed: Settings, tmp_path: Path) -> None:
    built_ms = 1_795_176_000_000
    path = write_mmdb(tmp_path / "places.mmdb", {"192.0.2.0/24": city("FR")}, built_ms // 1000)
    changed = given(installed, geoip=str(path))

    fresh = finding(changed, "places file", FixedClock(built_ms + GEOIP_DAYS_MAX * DAY_MS))
    assert fresh == Finding("ok", f"GeoLite2-City in {path}, {GEOIP_DAYS_MAX} days old")
    old = finding(changed, "places file", FixedClock(built_ms + (GEOIP_DAYS_MAX + 1) * DAY_MS))
    assert (old.state, old.remedy) == ("note", "run `balise geoip` for a newer one: places move")


def test_no_places_file_is_a_note(installed: Settings) -> None:
    assert finding(installed, "places file").state == "note"


@pytest.mark.parametrize("kept", [0, 100, -60])
def test_a_places_file_that_was_cut(installed: Settings, tmp_path: Path, kept: int) -> None:
    path = write_mmdb(tmp_path / "places.mmdb", {"192.0.2.0/24": city("FR")})
    path.write_bytes(path.read_bytes()[:kept])
    found = finding(given(installed, geoip=str(path)), "places file")
    assert found == Finding("fault", f"{path} is not a whole file of places", "run `balise geoip`")


def test_a_missing_places_file(installed: Settings, tmp_path: Path) -> None:
    found = finding(given(installed, geoip=str(tmp_path / "no.mmdb")), "places file")
    assert found.says == f"there is no file at {tmp_path}/no.mmdb"
    assert found.remedy == "run `balise geoip`, or empty BALISE_GEOIP"


@contextmanager
def mail_server(*answers: bytes) -> Iterator[str]:
    """Says one thing to who connects, then one thing to each line, then hangs up."""

    def talk() -> None:
        peer, _ = listener.accept()
        with peer, peer.makefile("rb") as lines:
            for answer in answers:
                peer.sendall(answer)
                lines.readline()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=talk)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


HELLO, YES, BYE = b"220 mail.example ESMTP\r\n", b"250 yes\r\n", b"221 bye\r\n"


def test_a_mail_server_that_answers(installed: Settings) -> None:
    with mail_server(HELLO, YES, BYE) as address:
        found = finding(given(installed, smtp=f"smtp://{address}"), "mail server")
    assert found == Finding("ok", f"{address} answers")


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [(b"421 busy tonight\r\n", "busy tonight"), (b"", "SMTPServerDisconnected")],
)
def test_a_mail_server_that_refuses(installed: Settings, greeting: bytes, reason: str) -> None:
    with mail_server(*[greeting] if greeting else []) as address:
        found = finding(given(installed, smtp=f"smtp://me:hunter2@{address}"), "mail server")
    assert found == Finding(
        "fault",
        f"{address} does not answer ({reason})",
        "start the mail server, or mend BALISE_SMTP",
    )


def test_a_mail_server_that_is_not_there(installed: Settings) -> None:
    address = f"127.0.0.1:{free_port()}"
    found = finding(given(installed, smtp=f"smtp://{address}"), "mail server")
    assert found.says == f"{address} does not answer (Connection refused)"
    assert "mend BALISE_SMTP" in found.remedy


def test_time_zones_that_are_missing(
    installed: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert finding(installed, "time zones").state == "ok"
    known = days.zone_names() - {"Pacific/Tahiti"}
    monkeypatch.setattr("balise.doctor.zone_names", lambda: known)
    assert finding(installed, "time zones") == Finding(
        "fault", "no data for Pacific/Tahiti", "install `tzdata` again"
    )
    assert "Pacific/Tahiti" in FRENCH_ZONES


def test_a_clock_that_stepped_back(installed: Settings) -> None:
    newest_ms = int(max(path.stat().st_mtime for path in installed.data.iterdir()) * 1000)
    assert finding(installed, "clock", FixedClock(newest_ms - CLOCK_MS_MAX)).state == "ok"
    behind = finding(installed, "clock", FixedClock(newest_ms - 3_600_000))
    assert f"3600 s behind the newest file in {installed.data}" in behind.says
    assert behind.remedy == "set the clock, and keep it with NTP"


def test_a_clock_that_is_not_the_servers(installed: Settings, tmp_path: Path) -> None:
    with ClickHouseDouble(tmp_path / "server") as server:
        open_store(server.dsn).close()
        settings = given(installed, clickhouse=server.dsn)
        assert finding(settings, "clock").state == "ok"
        ahead = finding(settings, "clock", FixedClock(system_clock() + 3_600_000))
    assert ahead.state == "fault"
    assert "s ahead of the event store's server" in ahead.says


def test_backups_that_have_a_time_and_no_place_are_a_fault(settings: Settings) -> None:
    assert finding(settings, "backups").state == "note"
    timed = given(settings, backup_at="03:30")
    assert finding(timed, "backups").state == "fault"
    placed = given(timed, backup_at="03:30", backup="/mnt/backup")
    assert finding(placed, "backups") == Finding("ok", "each day at 03:30 UTC, in /mnt/backup")
