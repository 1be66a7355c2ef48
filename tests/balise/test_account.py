from pathlib import Path

import pytest
import sqlalchemy as sa

from schema.directory import upgrade
from schema.directory.database import open_directory
from schema.directory.tables import audit


def _create(shell, name="Garage Hoarau", tier="essentiel"):
    return shell("account", "create", "--name", name, "--tier", tier, "--json").json


def test_what_was_created_is_listed_and_shown(shell, directory_dsn) -> None:
    second, first = _create(shell, "Zoé"), _create(shell, "Agence Teva", "multi_cartes")
    assert shell("account", "list", "--json").json == [first, second]
    assert shell("account", "show", first["id"], "--json").json == first
    assert first | {"id": "", "created_ms": 0} == {
        "id": "",
        "name": "Agence Teva",
        "tier": "multi_cartes",
        "locale": "fr",
        "created_ms": 0,
    }


def test_people_get_words_and_columns(shell, directory_dsn) -> None:
    told = shell("account", "create", "--name", "Zoé", "--tier", "premium").out
    id = told.split()[1]
    assert told == f"Account {id} created for Zoé.\n"
    head, line = shell("account", "list").out.splitlines()
    assert head.split() == ["id", "name", "tier", "locale", "created"]
    assert line.startswith(f"{id}  Zoé   premium  fr      20")
    assert f"id       {id}\nname     Zoé\n" in shell("account", "show", id).out


def test_an_empty_list_says_how_to_begin(shell, directory_dsn) -> None:
    assert shell("account", "list").out == "No account yet; `balise account create` makes one.\n"
    assert shell("account", "list", "--json").json == []


def test_a_wrong_tier_is_refused_with_the_one_that_was_meant(shell, directory_dsn) -> None:
    answer = shell("account", "create", "--name", "Zoé", "--tier", "premum")
    assert answer == (2, "", "The tier 'premum' is unknown; did you mean 'premium'?\n")
    assert shell("account", "list", "--json").json == []


def test_a_missing_option_is_named(shell, directory_dsn) -> None:
    answer = shell("account", "create", "--name", "Zoé")
    assert (answer.code, answer.out) == (2, "")
    assert "Missing option '--tier'" in answer.err


@pytest.mark.parametrize("verb", ["show", "delete"])
@pytest.mark.parametrize("id", ["nobody", "é", "\udcff"])
def test_an_unknown_account_is_named(shell, directory_dsn, verb, id) -> None:
    answer = shell("account", verb, id)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"There is no account {id!r}; `balise account list` shows them.\n"


def test_deleting_asks_first_and_says_what_goes_along(shell, account) -> None:
    card = ("--name", "Marie", "--url", "https://a.fr/marie", "--zone", "Europe/Paris")
    shell("card", "create", "--account", account, *card)
    answer = shell("account", "delete", account, typed="n\n")
    assert "Delete the account Boulangerie Martin" in answer.err
    assert "its cards (1) and its users (0)? [y/N]" in answer.err
    assert (answer.code, answer.out) == (130, "")
    assert len(shell("account", "list", "--json").json) == 1

    assert shell("account", "delete", account, "--json", typed="y\n").json == {"deleted": account}
    assert shell("account", "list", "--json").json == shell("card", "list", "--json").json == []


def test_yes_deletes_without_asking(shell, account) -> None:
    answer = shell("account", "delete", account, "--yes")
    assert answer == (0, f"Deleted the account Boulangerie Martin ({account}).\n", "")


def test_nobody_to_answer_means_no(shell, account) -> None:
    assert shell("account", "delete", account).code == 130
    assert len(shell("account", "list", "--json").json) == 1


def test_what_was_done_is_in_the_audit_trail(shell, account, directory_dsn) -> None:
    shell("account", "delete", account, "--yes")
    directory = open_directory(directory_dsn)
    with directory.read() as conn:
        rows = conn.execute(sa.select(audit.c.actor, audit.c.action, audit.c.subject)).all()
    directory.close()
    assert [tuple(row) for row in rows] == [
        ("shell", "account.create", account),
        ("shell", "account.delete", account),
    ]


def test_without_a_data_folder_init_is_named(shell, tmp_path: Path) -> None:
    answer = shell("account", "list")
    assert (answer.code, answer.out) == (3, "")
    assert "/var/balise.db yet; run `balise init`." in answer.err
    assert not (tmp_path / "var").exists()


def test_without_a_directory_init_is_named_and_no_file_is_made(shell, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    answer = shell("account", "list")
    assert answer.code == 3
    assert "There is no directory at" in answer.err
    assert "run `balise init`" in answer.err
    assert list((tmp_path / "var").iterdir()) == []


def test_a_directory_without_tables_needs_init(shell, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    open_directory(f"sqlite:///{tmp_path}/var/balise.db").close()
    answer = shell("account", "list")
    assert answer.code == 3
    assert "lacks 0001_directory" in answer.err
    assert answer.err.endswith("; run `balise init`.\n")


def test_an_older_directory_needs_migrate(
    shell, directory_dsn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrade, "NAMES", (*upgrade.NAMES, "0002_later"))
    answer = shell("account", "list")
    assert answer.code == 3
    assert answer.err.endswith("lacks 0002_later; run `balise migrate`.\n")


def test_a_newer_directory_is_refused(shell, directory_dsn) -> None:
    directory = open_directory(directory_dsn)
    with directory.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9000'"))
    directory.close()
    answer = shell("account", "list")
    assert answer.code == 1
    assert "has schema 9000" in answer.err


def test_a_wrong_setting_is_refused(shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALISE_DATABASE", "mysql://me:hush@host/balise")
    answer = shell("account", "list")
    assert answer.code == 2
    assert answer.err.startswith("BALISE_DATABASE is 'mysql://me:***@host/balise'; it must be ")
