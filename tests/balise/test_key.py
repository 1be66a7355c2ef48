import pytest

from schema.directory import keys
from schema.directory.database import open_directory


def test_the_secret_is_shown_once(shell, account, directory_dsn) -> None:
    made = shell("key", "create", "--label", "site", "--account", account, "--json").json
    secret = made.pop("secret")
    assert shell("key", "list", "--json").json == [made]
    assert shell("key", "show", made["id"], "--json").json == made
    assert secret not in shell("key", "list").out + shell("key", "show", made["id"]).out
    directory = open_directory(directory_dsn)
    with directory.read() as conn:
        assert keys.verify(conn, secret).id == made["id"]
    directory.close()


def test_people_get_the_secret_on_a_line_of_its_own(shell, directory_dsn) -> None:
    told, secret = shell("key", "create", "--label", "nightly", "--ops").out.splitlines()
    assert told.endswith("created. Its secret, which is shown this once:")
    assert secret.startswith("bk_")
    (made,) = shell("key", "list", "--json").json
    assert (made["scope"], made["account"]) == ("ops", None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((), "Say whom the key acts for: --account ID, or --ops for every account."),
        (("--account", "nobody"), "There is no account 'nobody'"),
        (("--account", "nobody", "--ops"), "A key for 'ops' acts for every account"),
    ],
)
def test_a_key_acts_for_one_account_or_for_ops(shell, directory_dsn, options, sentence) -> None:
    answer = shell("key", "create", "--label", "site", *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(sentence)
    assert shell("key", "list").out == "No key yet; `balise key create` makes one.\n"


def test_deleting_asks_first(shell, directory_dsn) -> None:
    id = shell("key", "create", "--label", "nightly", "--ops", "--json").json["id"]
    answer = shell("key", "delete", id, typed="n\n")
    assert (answer.code, answer.out) == (130, "")
    assert f"Delete the key nightly ({id})? [y/N]" in answer.err
    assert shell("key", "delete", id, "--yes", "--json").json == {"deleted": id}
    answer = shell("key", "delete", id, "--yes")
    assert answer == (2, "", f"There is no key '{id}'; `balise key list` shows them.\n")
