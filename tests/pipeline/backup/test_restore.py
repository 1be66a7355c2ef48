"""What was in an installation is in the one it is restored into: table by table, to the byte."""

import base64
import os
import shutil
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from balise.installation import reached
from pipeline.backup import tables
from pipeline.backup.archive import reading
from pipeline.backup.restore import restore
from pipeline.backup.take import Sources, take
from pipeline.enrich import enrich
from pipeline.late import ZoneBook
from pipeline.ledger import read_ledger
from pipeline.roll import roll_closed_days
from pipeline.ship import Shipper
from pipeline.spools import claim_folder, pending_events
from schema.directory import accounts, cards, copy, keys, salts, users
from schema.directory.tables import salts as salts_table
from schema.errors import BaliseError
from schema.settings import load
from schema.testing.events import CARD, NOW_MS, spooled
from schema.testing.spools import PlainSpool

DAY_MS = 86_400_000
EVENTS = 300


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Of a small installation, to be copied by those who spoil it."""
    folder = tmp_path_factory.mktemp("archive")
    settings = load({"BALISE_DATA": str(folder / "var")}, folder)
    with reached(settings, lambda: NOW_MS) as place:
        fill(place)
        take(Sources(place.store, place.directory, settings, place.clock), folder / "b.zip")
    return folder / "b.zip"


def fill(place):
    """Events of three weeks: most are stored and rolled up, the last hundred wait."""
    with place.directory.write() as conn:
        owner = accounts.create(
            conn, name="Dupont & fils", tier="premium", locale="fr", now_ms=NOW_MS - 30 * DAY_MS
        ).id
        cards.create(
            conn,
            account=owner,
            name="Zoé",
            url="https://a.example",
            zone="Indian/Reunion",
            origins=("https://a.example", "https://b.example"),
            now_ms=NOW_MS - 30 * DAY_MS,
            id=CARD,
        )
        users.create(
            conn,
            account=owner,
            email="zoe@example.fr",
            role="owner",
            password="une phrase assez longue",
            locale="fr",
            now_ms=NOW_MS,
        )
        keys.create(conn, scope="account", account=owner, label="site", now_ms=NOW_MS)
        salts.of_date(conn, date(2026, 11, 20), NOW_MS)
        salts.of_date(conn, date(2026, 11, 21), NOW_MS)
    spool = place.settings.spool
    names = ("view", "click", "engage")
    events = [
        spooled(n, name=names[n % 3], at=NOW_MS - n * DAY_MS // 10, received=NOW_MS)
        for n in range(EVENTS)
    ]
    with closing(PlainSpool(spool, "a", "Indian/Reunion")) as file:
        file.commit(events[:200])
        file.commit_body(b"{torn", events[200:201])
        ship(place)
        file.commit(events[190:])
        file.count(CARD, "rate", 3)
    roll_closed_days(place.store, place.directory, NOW_MS)


def ship(place):
    shipping = (place.settings.spool, place.store, place.directory, enrich, place.clock)
    with closing(Shipper(*shipping, alone=True)) as shipper:
        while shipper.ship_once():
            pass


def everything(place):
    """Of the event store and of the directory."""
    found = {
        table.name: place.store.dump(f"SELECT * FROM {table.name}{table.final} ORDER BY ALL")
        for table in tables.every(place.store)
    }
    return found | copy.dump(place.directory)


def identities(place):
    return place.store.rows("SELECT count(), uniqExact(card, page, seq) FROM events")


def test_every_table_is_what_it_was(installed, tmp_path):
    with installed("var") as place:
        fill(place)
        before, waiting = everything(place), pending_events(place.settings.spool)
        take(place, tmp_path / "b.zip")
    with installed("new") as place:
        restore(place, tmp_path / "b.zip")
        after = everything(place)
        assert pending_events(place.settings.spool) == waiting > 0
        assert b'"restore","b.zip"' in after.pop("audit").splitlines()[-1]
    assert before.pop("audit")
    assert before["events"] != before["quarantine"]
    assert all(copy.count(before[each]) for each in ("accounts", "cards", "keys", "salts"))
    for name in before:
        assert after[name] == before[name], name


def test_what_waited_is_shipped_once_and_the_ledger_balances(installed, tmp_path):
    with installed("var") as place:
        fill(place)
        take(place, tmp_path / "b.zip")
        ship(place)
        shipped, lines = identities(place), ledger(place)
    with installed("new") as place:
        restore(place, tmp_path / "b.zip")
        ship(place)
        assert identities(place) == shipped == [(EVENTS, EVENTS)]
        assert ledger(place) == lines
        assert sum(line.missing for line in lines) == 0  # torn rows count under no card
        assert roll_closed_days(place.store, place.directory, NOW_MS) > 0


def test_a_backup_does_not_give_back_what_had_to_be_deleted_meanwhile(installed, tmp_path, clock):
    with installed("var") as place:
        fill(place)
        take(place, tmp_path / "b.zip")
    clock.advance(days=390)
    with installed("new") as place:
        restore(place, tmp_path / "b.zip")
        with place.directory.read() as conn:
            assert not conn.scalar(sa.select(sa.func.count()).select_from(salts_table))
        [(oldest,)] = place.store.rows("SELECT min(at) FROM events")
        assert (NOW_MS + 390 * DAY_MS) / 1000 - oldest.timestamp() < 395 * 86_400
    for file in (tmp_path / "new").rglob("*"):
        if file.is_file() and file.suffix.startswith(".db"):
            assert not any(salt in file.read_bytes() for salt in salts_in(tmp_path / "b.zip"))


def test_only_an_empty_installation_is_restored_into(installed, tmp_path):
    with installed("var") as place:
        fill(place)
        take(place, tmp_path / "b.zip")
        before = everything(place)
        with pytest.raises(BaliseError, match="restore into an empty installation"):
            restore(place, tmp_path / "b.zip")
        assert everything(place) == before


@pytest.mark.parametrize("given", ["half", "flipped", "no archive", "no file", "member lost"])
def test_a_torn_or_changed_archive_is_told_before_anything_is_done(
    archive, installed, tmp_path, given
):
    path = Path(shutil.copy(archive, tmp_path))
    spoil(path, given)
    with installed("new") as place:
        before = everything(place)
        with pytest.raises(BaliseError, match=r"is torn or was changed|There is no backup"):
            restore(place, path)
        assert everything(place) == before


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("format", 99, "has format 99"),
        ("events_schema", 9999, "events schema 9999"),
        ("directory_schema", "9999", "directory schema 9999"),
    ],
)
def test_an_archive_of_a_newer_balise_is_refused(archive, installed, tmp_path, field, value, told):
    path = Path(shutil.copy(archive, tmp_path))
    rewrite_manifest(path, field, value)
    with installed("new") as place, pytest.raises(BaliseError, match=told):
        restore(place, path)


def test_while_a_service_ships_nothing_is_restored(archive, installed):
    with installed("new") as place:
        PlainSpool(place.settings.spool).close()
        lock = claim_folder(place.settings.spool)
        with pytest.raises(BaliseError, match="stop it first"):
            restore(place, archive)
        os.close(lock)


def spoil(path, how):
    content = path.read_bytes()
    if how == "half":
        path.write_bytes(content[: len(content) // 2])
    elif how == "flipped":
        middle = content.index(b"PAR1") + 100
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif how == "no archive":
        path.write_bytes(b"hello")
    elif how == "no file":
        path.unlink()
    else:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(f"{path}.new", "w") as new:
            for name in old.namelist()[1:]:
                new.writestr(name, old.read(name))
        Path(f"{path}.new").replace(path)


def rewrite_manifest(path, field, value):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(f"{path}.new", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = msgspec.json.encode(msgspec.json.decode(content) | {field: value})
            new.writestr(name, content)
    Path(f"{path}.new").replace(path)


def salts_in(path):
    with reading(path) as backup:
        _, *rows = map(msgspec.json.decode, backup.read("directory/salts.jsonl").splitlines())
    return [base64.b64decode(salt) for _, salt, _ in rows]


def ledger(place):
    return read_ledger(place.store, place.settings.spool, ZoneBook(place.directory).zones())
