import subprocess
import sys

import pytest

from balise.main import COMMANDS, balise, run


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    page = capsys.readouterr().out
    assert all(f"  {entry.name} " in page and entry.help[:20] in page for entry in COMMANDS)


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    assert f"Usage: balise {name}" in capsys.readouterr().out


def test_an_unknown_command_gets_the_one_that_was_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["docter"]) == 2
    assert capsys.readouterr().err == "Unknown command 'docter'. Did you mean doctor?\n"


def test_a_command_like_no_other_gets_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["xyzzy"]) == 2
    assert "There are: serve, collect" in capsys.readouterr().err


def test_help_loads_no_heavy_module() -> None:
    heavy = ("chdb", "polars", "sqlalchemy", "alembic", "clickhouse_connect", "starlette", "numpy")
    code = (
        "import sys; from balise.main import run; run(['--help']);"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n")


def test_the_table_and_the_group_agree() -> None:
    assert set(balise.list_commands(None)) == {entry.name for entry in COMMANDS}
