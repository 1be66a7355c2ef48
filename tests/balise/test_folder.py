import stat
import subprocess
import sys
from pathlib import Path

import pytest

from balise.folder import prepare, secret, writable
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


def test_the_secret_is_drawn_once_and_kept_from_others(settings: Settings) -> None:
    prepare(settings)
    drawn = secret(settings)
    assert len(drawn) == 32
    assert secret(settings) == drawn
    assert stat.S_IMODE((settings.data / "secret").stat().st_mode) == 0o600


def test_two_processes_starting_at_once_agree_on_the_secret(settings: Settings) -> None:
    prepare(settings)
    code = (
        "import os; from pathlib import Path; from schema.settings import load;"
        "from balise.folder import secret;"
        "print(secret(load(dict(os.environ), Path('/nowhere'))).hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            env={"BALISE_DATA": str(settings.data)},
            cwd=Path.cwd(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    answers = {process.communicate()[0] for process in started}
    assert len(answers) == 1
    assert len(answers.pop().strip()) == 64


def test_a_secret_given_as_a_setting_is_used_and_not_written(tmp_path: Path) -> None:
    settings = load({"BALISE_DATA": str(tmp_path / "var"), "BALISE_SECRET": "s" * 40}, tmp_path)
    prepare(settings)
    assert secret(settings) == b"s" * 40
    assert not (settings.data / "secret").exists()
