"""What is installed is what is in this repository."""

import importlib
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


MADE_HERE = {"__pycache__", "node_modules"}


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_ours_and_not_a_stranger_of_the_same_name(package: str) -> None:
    assert Path(importlib.import_module(package).__file__ or "").parent == ROOT / package


def test_every_package_folder_is_listed() -> None:
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert folders - {"benchmarks"} == set(PACKAGES)


def test_the_wheel_carries_everything_that_is_read_at_run_time(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    carried = set(zipfile.ZipFile(wheel).namelist())
    read_at_run_time = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and MADE_HERE.isdisjoint(path.parts)
    }
    assert read_at_run_time <= carried
    assert not any(name.startswith(("tests/", "benchmarks/", "js-snippet/")) for name in carried)
