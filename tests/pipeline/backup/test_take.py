from contextlib import closing
from dataclasses import replace
from threading import Thread
from time import sleep

import pytest

from pipeline.backup import take as module
from pipeline.backup.archive import reading
from pipeline.backup.take import take
from pipeline.enrich import enrich
from pipeline.ship import Shipper
from pipeline.spools import pending_events, turn
from schema.directory import leases
from schema.errors import Unavailable
from schema.testing.events import NOW_MS, spooled
from schema.testing.spools import PlainSpool


def test_nothing_is_shipped_while_a_backup_looks(installed):
    with installed("var") as place, closing(PlainSpool(place.settings.spool)) as spool:
        spool.commit([spooled(1)])
        shipping = (place.settings.spool, place.store, place.directory, enrich, place.clock)
        with closing(Shipper(*shipping)) as shipper:
            thread = Thread(target=shipper.ship_once)
            with turn(place.settings.spool):
                thread.start()
                sleep(0.3)
                assert pending_events(place.settings.spool) == 1
            thread.join()
            assert pending_events(place.settings.spool) == 0


def test_a_backup_waits_for_the_figures_to_be_computed(installed, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.3)
    with installed("var") as place:
        with place.directory.write() as conn:
            leases.take(conn, "rollups", "someone", NOW_MS, 60_000)
        with pytest.raises(Unavailable, match="Figures are being computed"):
            take(place, tmp_path / "b.zip")
        assert not (tmp_path / "b.zip").exists()
        thread = Thread(target=take, args=(place, tmp_path / "b.zip"))
        monkeypatch.setattr(module, "PATIENCE_S", 30.0)
        thread.start()
        with place.directory.write() as conn:
            leases.give_back(conn, "rollups", "someone")
        thread.join()
        assert (tmp_path / "b.zip").exists()


def test_two_backups_at_a_time_are_refused(installed, tmp_path):
    with installed("var") as place:
        with place.directory.write() as conn:
            leases.take(conn, "backup", "someone", NOW_MS, 60_000)
        with pytest.raises(Unavailable, match="Another backup is being made"):
            take(place, tmp_path / "b.zip")


def test_a_disk_that_is_too_small_is_told_before_anything_is_written(installed, tmp_path):
    with installed("var") as place:
        small = replace(place, settings=replace(place.settings, free_bytes_min=2**62))
        with pytest.raises(Unavailable, match="make room, or name another place"):
            take(small, tmp_path / "b.zip")
        assert [path.name for path in tmp_path.iterdir()] == ["var"]


def test_an_archive_is_for_its_owner_alone(installed, tmp_path):
    with installed("var") as place:
        take(place, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
    with reading(tmp_path / "b.zip") as backup:
        backup.verify()
        assert "sessions" not in backup.manifest.directory
