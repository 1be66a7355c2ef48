"""What is wrong is said in one sentence that names it, with its exit code, and nothing is done."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schema.testing import prepared
from schema.testing.server import balise, free_port

LONG_COMMANDS = (("serve",), ("work",), ("init",), ("migrate",), ("demo",))
SERVERS = ("serve", "work", "collect")

Sentence = Callable[..., str]


@pytest.fixture
def sentence(here: Callable[..., Any]) -> Sentence:
    """What a command says when it refuses: one line on stderr, and nothing else anywhere. Servers
    have a process of their own."""

    def apart(data: Path, /, *arguments: str, **settings: str) -> tuple[int, str, str]:
        done = balise(data, *arguments, **settings)
        return done.returncode, done.stdout, done.stderr

    def say(data: Path, /, *arguments: str, code: int = 2, **settings: str) -> str:
        told = (apart if arguments[0] in SERVERS else here)(data, *arguments, **settings)
        lines = told[2].splitlines()
        assert (*told[:2], len(lines)) == (code, "", 1), told
        return lines[0]

    return say


@pytest.mark.parametrize(
    "command", [*LONG_COMMANDS, ("collect",), ("doctor",), ("sql", "SELECT 1")]
)
def test_a_wrong_setting_stops_every_command(
    tmp_path: Path, sentence: Sentence, command: tuple[str, ...]
) -> None:
    says = sentence(tmp_path / "var", *command, port="eighty")
    assert says == "BALISE_PORT is 'eighty'; it must be a whole number from 1 to 65535."
    assert not (tmp_path / "var").exists()


def test_a_corrupted_settings_file_is_named(tmp_path: Path, sentence: Sentence) -> None:
    (tmp_path / "balise.toml").write_text("port = [")
    assert f"{tmp_path}/balise.toml cannot be read as TOML" in sentence(tmp_path / "var", "init")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("command", [*LONG_COMMANDS, ("collect",)])
def test_a_data_folder_that_is_a_file_is_named(
    tmp_path: Path, sentence: Sentence, command: tuple[str, ...]
) -> None:
    (tmp_path / "var").write_text("mine")
    says = sentence(tmp_path / "var", *command, port=str(free_port()))
    assert f"The data folder {tmp_path}/var is a file" in says
    assert (tmp_path / "var").read_text() == "mine"


@pytest.mark.parametrize("command", [*LONG_COMMANDS, ("collect",)])
def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, sentence: Sentence, command: tuple[str, ...]
) -> None:
    says = sentence(tmp_path / "var", *command, data="/proc/balise", port=str(free_port()))
    assert "The data folder /proc/balise cannot be written to" in says


@pytest.mark.parametrize("command", [("serve",), ("work",), ("init",), ("sql", "SELECT 1")])
def test_an_event_store_path_that_is_a_file_is_named(
    tmp_path: Path, sentence: Sentence, command: tuple[str, ...]
) -> None:
    (tmp_path / "events").write_text("mine")
    dsn = f"chdb:///{tmp_path}/events"
    says = sentence(tmp_path / "var", *command, clickhouse=dsn, port=str(free_port()))
    assert f"{tmp_path}/events is not a folder" in says
    assert (tmp_path / "events").read_text() == "mine"


@pytest.mark.parametrize("command", [("serve",), ("work",), ("init",), ("sql", "SELECT 1")])
def test_an_unreachable_clickhouse_is_named_without_its_password(
    tmp_path: Path, sentence: Sentence, command: tuple[str, ...]
) -> None:
    dsn = f"clickhouse://me:hunter2@127.0.0.1:{free_port()}/balise"
    says = sentence(tmp_path / "var", *command, code=3, clickhouse=dsn, port=str(free_port()))
    assert "127.0.0.1" in says
    assert "hunter2" not in says


def test_an_unreachable_postgresql_is_named_without_its_password(
    tmp_path: Path, sentence: Sentence
) -> None:
    dsn = f"postgresql+psycopg://me:hunter2@127.0.0.1:{free_port()}/balise"
    says = sentence(tmp_path / "var", "init", code=3, database=dsn)
    assert "127.0.0.1" in says
    assert "hunter2" not in says


def test_a_directory_that_is_no_database_is_named(tmp_path: Path, sentence: Sentence) -> None:
    (tmp_path / "other.db").write_text("this is not a database, it is a letter" * 100)
    says = sentence(tmp_path / "var", "init", database=f"sqlite:///{tmp_path}/other.db")
    assert f"{tmp_path}/other.db is a file of another kind" in says


def test_a_taken_port_is_named_before_anything_is_opened(
    tmp_path: Path, sentence: Sentence
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} is taken" in sentence(tmp_path / "var", "serve", code=3, port=port)
    assert not (tmp_path / "var").exists()


def test_a_missing_places_file_stops_the_server(tmp_path: Path, sentence: Sentence) -> None:
    says = sentence(
        tmp_path / "var", "serve", geoip=str(tmp_path / "no.mmdb"), port=str(free_port())
    )
    assert "BALISE_GEOIP" in says


def test_an_unknown_card_is_named(tmp_path: Path, sentence: Sentence) -> None:
    prepared.directory(tmp_path / "var")
    assert "'k7Hq2xPa'" in sentence(tmp_path / "var", "card", "show", "k7Hq2xPa")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("serve", "--port", "1"), "--port"),
        (("card", "create"), "--account"),
        (("card", "paint"), "paint"),
        (("demo", "--events", "many"), "many"),
        (("demo", "--days", "0"), "0"),
        (("migrate", "now"), "now"),
        (("sql", ""), "Give a statement"),
    ],
)
def test_a_wrong_option_or_argument_is_named(
    tmp_path: Path, sentence: Sentence, arguments: tuple[str, ...], names: str
) -> None:
    assert names in sentence(tmp_path / "var", *arguments)


def test_a_person_cannot_write_through_a_question(
    tmp_path: Path, sentence: Sentence, here: Callable[..., Any]
) -> None:
    prepared.installation(tmp_path / "var")
    assert "readonly" in sentence(tmp_path / "var", "sql", "DROP TABLE events", code=1)
    assert here(tmp_path / "var", "sql", "SELECT count() FROM events").code == 0


def test_stores_of_a_newer_version_are_left_alone(tmp_path: Path, sentence: Sentence) -> None:
    import sqlite3

    data = tmp_path / "var"
    prepared.installation(data)
    with sqlite3.connect(data / "balise.db") as directory:
        directory.execute("UPDATE alembic_version SET version_num = '9999'")
    directory.close()
    says = sentence(data, "serve", code=1, port=str(free_port()))
    assert "install the newer version of Balise" in says
