import stat
from pathlib import Path

import pytest

from balise.folder import prepare, writable
from schema.errors import BadInput
from schema.settings import Settings, load


def test_the_folder_is_made_for_its_owner_alone(settings: Settings) -> None:
    prepare(settings)
    prepare(settings)
    assert stat.S_IMODE(settings.data.stat().st_mode) == 0o700
    assert settings.spool.is_dir()


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("mine")
    with pytest.raises(BadInput, match=r"/var is a file; name a folder with BALISE_DATA"):
        prepare(load({"BALISE_DATA": str(tmp_path / "var")}, tmp_path))
    assert (tmp_path / "var").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"/proc/balise cannot be written to"):
        prepare(load({"BALISE_DATA": "/proc/balise"}, tmp_path))


def test_a_folder_without_the_right_to_write_is_told_from_one_with_it(tmp_path: Path) -> None:
    assert writable(tmp_path)
    assert not writable(Path("/proc"))
    assert list(tmp_path.iterdir()) == []
