"""The first command a new user types, on a machine that is not ready for it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from schema.testing.reach import within_reach

ROOT = Path(__file__).parent.parent


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a clone as `make` reads before it installs anything."""
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def refused(clone: Path, *arguments: str, **options: object) -> str:
    done = subprocess.run(
        ["make", "up", *arguments], cwd=clone, capture_output=True, text=True, **options
    )
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode == 2
    assert len(sentences) == 1, done.stderr
    assert not (clone / ".venv").exists()
    return sentences[0]


def test_an_old_python_is_told_which_one_is_needed(clone: Path) -> None:
    old = clone / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    says = refused(clone, f"PYTHON={old}")
    assert says.startswith("Python 3.9.2 is too old: Balise needs Python 3.11 or newer.")


def test_a_missing_python_is_said(clone: Path) -> None:
    assert refused(clone, "PYTHON=").startswith("Python is missing: install Python 3.11")


def test_a_folder_of_someone_else_is_said(clone: Path) -> None:
    python = clone / "python3.11"
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    root = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    for each in within_reach(clone):
        each.chmod(0o755)
    clone.chmod(0o555)
    try:
        says = refused(clone, f"PYTHON={python}", **root)
    finally:
        clone.chmod(0o755)
    assert says == f"{clone} is not writable: clone the repository into a folder of yours."
