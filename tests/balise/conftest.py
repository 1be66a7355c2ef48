"""A shell for commands: their real way in, with the streams and the answers of a person."""

import os
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import orjson
import pytest
from click.testing import CliRunner

from balise.main import run
from schema.testing import prepared
from schema.testing.server import environment


class Answer(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Shell = Callable[..., Answer]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs `balise ...` on a data folder of the test's own, which has no stores yet."""
    for name in [name for name in os.environ if name.startswith("BALISE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BALISE_DATA", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, typed: str = "") -> Answer:
        with CliRunner().isolation(input=typed) as (out, err, _):
            code = run(arguments)
            return Answer(code, out.getvalue().decode(), err.getvalue().decode())

    return call


@pytest.fixture
def here(capfd: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs `here(data, "export", ...)` as `schema.testing.server.balise` does, but in this process,
    without the second that a new one takes. What the engine writes is captured too.

    Not for servers: they set up how their whole process logs.
    """

    def call(data: Path, /, *arguments: str, **settings: str) -> Answer:
        with patch.dict(os.environ, environment(data, **settings), clear=True), chdir(data.parent):
            code = run(arguments)
        return Answer(code, *capfd.readouterr())

    return call


@pytest.fixture
def directory_dsn(tmp_path: Path, shell: Shell) -> str:
    """A directory in the shell's data folder, with its tables and nothing in them."""
    return prepared.directory(tmp_path / "var")


@pytest.fixture
def account(shell: Shell, directory_dsn: str) -> str:
    """The id of an account."""
    given = ("--name", "Boulangerie Martin", "--tier", "premium", "--json")
    return str(shell("account", "create", *given).json["id"])
