"""A new installation is made once; what exists is kept."""

import stat
import tomllib
from pathlib import Path

from schema.settings import SETTINGS, load


def test_it_makes_the_settings_file_the_folder_and_both_stores(shell, tmp_path: Path) -> None:
    made = shell("init", "--json").json
    assert made == {
        "settings": f"{tmp_path}/balise.toml",
        "data": f"{tmp_path}/var",
        "directory": f"sqlite:///{tmp_path}/var/balise.db",
        "events": f"chdb://{tmp_path}/var/events",
    }
    assert shell("migrate", "--json").json == {"applied": True, "directory": [], "events": []}


def test_only_its_owner_may_read_what_it_makes(shell, tmp_path: Path) -> None:
    shell("init")
    for path in (tmp_path / "balise.toml", tmp_path / "var", tmp_path / "var" / "balise.db"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_settings_file_has_every_setting_at_its_default(shell, tmp_path: Path) -> None:
    shell("init")
    file = tmp_path / "balise.toml"
    written = file.read_text(encoding="utf-8")
    assert tomllib.loads(written) == {}
    by_hand = "\n".join(line.removeprefix("# ") for line in written.splitlines() if " = " in line)
    assert list(tomllib.loads(by_hand)) == [each.name for each in SETTINGS]

    file.write_text(by_hand, encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    assert load({}, tmp_path) == load({}, tmp_path / "elsewhere")


def test_it_tells_a_person_what_comes_next(shell) -> None:
    answer = shell("init")
    assert (answer.code, answer.err) == (0, "")
    assert "Next: `balise account create`" in answer.out


def test_a_second_time_keeps_what_is_there(shell, tmp_path: Path) -> None:
    shell("init")
    (tmp_path / "balise.toml").write_text("port = 8300\n", encoding="utf-8")
    shell("account", "create", "--name", "Lormeau", "--tier", "premium")

    assert shell("init").code == 0
    assert (tmp_path / "balise.toml").read_text(encoding="utf-8") == "port = 8300\n"
    assert [each["name"] for each in shell("account", "list", "--json").json] == ["Lormeau"]


def test_a_folder_that_cannot_hold_the_settings_file_stops_it_before_anything(
    shell, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir("/proc")
    answer = shell("init")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("/proc/balise.toml cannot be made: /proc is not writable")
    assert not (tmp_path / "var").exists()


def test_a_settings_file_with_a_mistake_stops_it_before_anything(shell, tmp_path: Path) -> None:
    (tmp_path / "balise.toml").write_text("prot = 8300\n", encoding="utf-8")
    answer = shell("init")
    assert (answer.code, answer.out) == (2, "")
    assert "Did you mean port?" in answer.err
    assert not (tmp_path / "var").exists()
