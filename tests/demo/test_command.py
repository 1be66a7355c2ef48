"""`balise demo` as a person types it."""

import os
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson
import pytest
from click.testing import CliRunner

from balise.main import run
from schema.directory import accounts
from schema.directory.database import open_directory
from schema.testing import prepared
from schema.testing.server import running

Demo = Callable[..., tuple[int, str, str]]


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Demo:
    for name in [name for name in os.environ if name.startswith("BALISE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BALISE_DATA", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        with CliRunner().isolation() as (out, err, _):
            code = run(["demo", *arguments])
            return code, out.getvalue().decode(), err.getvalue().decode()

    return call


def test_it_says_what_was_loaded_where_to_look_and_how_to_sign_in(demo: Demo) -> None:
    code, out, progress = demo("--events", "500", "--days", "5")
    assert code == 0
    assert "7 cards of 4 customers" in out
    assert "http://127.0.0.1:8000/c/" in out
    assert "premium@demo.example" in out
    assert "Storing events" in progress


def test_a_machine_gets_the_same_as_json(demo: Demo) -> None:
    demo("--events", "500", "--days", "5")
    code, out, _ = demo("--events", "500", "--days", "5", "--json")
    answer = orjson.loads(out)
    assert code == 0
    assert answer["accounts"] == 4
    assert answer["events"] < 20, "nothing but what happened between the two"
    assert len(answer["logins"]) == 6


@pytest.mark.parametrize(
    "wrong", [("--days", "0"), ("--days", "366"), ("--events", "many"), ("--seed", "-1")]
)
def test_a_wrong_number_is_refused_before_anything_is_made(
    demo: Demo, tmp_path: Path, wrong: tuple[str, str]
) -> None:
    code, _, said = demo(*wrong)
    assert code == 2
    assert wrong[1] in said
    assert not (tmp_path / "var").exists()


def test_customers_of_ones_own_are_not_mixed_with_it(demo: Demo, tmp_path: Path) -> None:
    directory = open_directory(prepared.directory(tmp_path / "var"))
    with directory.write() as conn:
        accounts.create(conn, name="Garage Hoarau", tier="premium", locale="fr", now_ms=1)
    directory.close()
    code, out, said = demo()
    assert (code, out) == (1, "")
    assert "Garage Hoarau" in said
    assert "BALISE_DATA" in said


def test_it_fills_an_installation_whose_server_is_running(tmp_path: Path) -> None:
    with running(tmp_path / "var", "serve") as server:
        first = server.run("demo", "--events", "1000", "--days", "5", "--json")
        answer = orjson.loads(first.stdout)
        stored = server.run("sql", "SELECT count(), uniqExact(card, page, seq) FROM events")
        again = server.run("demo", "--events", "1000", "--days", "5", "--json")
        page = httpx.get(f"{server.origin}/c/tTeriiT1")
    assert answer["events"] > 900
    assert stored.stdout.split()[-2:] == [str(answer["events"])] * 2
    assert orjson.loads(again.stdout)["events"] < 20
    assert page.status_code == 404, "cards are shown by a server that was started as a demo"
