import pytest

from schema.directory import audit, totp, users
from schema.directory.database import open_directory
from schema.testing.mail import mailbox

PASSWORD = "une phrase assez longue"


def _create(shell, account, *more, typed=f"{PASSWORD}\n"):
    given = ("--email", "Marie@example.fr", "--account", account, "--password-stdin")
    return shell("user", "create", *given, *more, typed=typed)


def _can_sign_in(dsn: str, password: str) -> bool:
    directory = open_directory(dsn)
    with directory.read() as conn:
        found = users.verify(conn, "marie@example.fr", password)
    directory.close()
    return found is not None


@pytest.mark.parametrize("ending", ["\n", "\r\n", ""])
def test_a_password_is_read_from_standard_input(shell, account, directory_dsn, ending) -> None:
    answer = _create(shell, account, typed=PASSWORD + ending)
    assert answer.code == 0
    assert answer.out.endswith("created: marie@example.fr may sign in.\n")
    assert _can_sign_in(directory_dsn, PASSWORD)


def test_a_password_is_asked_for_twice_and_not_shown(shell, account, directory_dsn) -> None:
    given = ("--email", "marie@example.fr", "--account", account, "--json")
    answer = shell("user", "create", *given, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert answer.json["email"] == "marie@example.fr"
    assert "Repeat" in answer.err
    assert PASSWORD not in answer.out + answer.err
    assert _can_sign_in(directory_dsn, PASSWORD)


def test_no_option_takes_a_password(shell, account) -> None:
    answer = shell("user", "create", "--email", "a@b.fr", "--password", PASSWORD)
    assert answer == (2, "", "No such option '--password'. Did you mean '--password-stdin'?\n")


@pytest.mark.parametrize("password", ["", "short"])
def test_a_short_password_is_refused(shell, account, password) -> None:
    answer = _create(shell, account, typed=f"{password}\n")
    assert (answer.code, answer.out) == (2, "")
    assert f"The password has {len(password)} characters; give at least 10" in answer.err
    assert shell("user", "list").out == "No user yet; `balise user create` makes one.\n"


def test_users_are_listed_and_shown_without_their_hash(shell, account) -> None:
    made = _create(shell, account, "--role", "viewer", "--locale", "en", "--json").json
    assert shell("user", "list", "--json").json == [made]
    assert shell("user", "list", "--account", account, "--json").json == [made]
    assert shell("user", "show", made["id"], "--json").json == made
    assert shell("user", "show", "MARIE@example.fr", "--json").json == made
    assert sorted(made) == ["account", "created_ms", "email", "id", "locale", "role"]
    assert "argon2" not in shell("user", "show", made["id"]).out


def test_ops_has_no_account(shell, directory_dsn) -> None:
    given = ("--email", "ops@example.fr", "--role", "ops", "--password-stdin")
    assert shell("user", "create", *given, typed=PASSWORD).code == 0
    assert shell("user", "list", "--json").json[0]["account"] is None
    assert "account  -\n" in shell("user", "show", "ops@example.fr").out


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--role", "oner"), "The role 'oner' is unknown; did you mean 'owner'?"),
        (("--role", "ops"), "The role 'ops' sees every account; leave out"),
        (("--email", "marie"), "'marie' is not an e-mail address"),
        (("--account", "nobody"), "There is no account 'nobody'"),
        (("--locale", "de"), "The language 'de' is unknown; use one of fr, en."),
    ],
)
def test_a_wrong_value_is_one_sentence_and_nothing_is_done(
    shell, account, options, sentence
) -> None:
    answer = _create(shell, account, *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(sentence)
    assert answer.err.count("\n") == 1
    assert shell("user", "list", "--json").json == []


def test_an_address_has_one_user(shell, account) -> None:
    _create(shell, account)
    answer = _create(shell, account)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("marie@example.fr has a user already")


def test_the_users_of_an_unknown_account_are_not_an_empty_list(shell, directory_dsn) -> None:
    assert shell("user", "list", "--account", "nobody").code == 2


def test_deleting_asks_first(shell, account) -> None:
    id = _create(shell, account, "--json").json["id"]
    answer = shell("user", "delete", "marie@example.fr", typed="n\n")
    assert (answer.code, answer.out) == (130, "")
    assert f"Delete the user marie@example.fr ({id})? [y/N]" in answer.err
    deleted = shell("user", "delete", id, "--yes").out
    assert deleted == f"Deleted the user marie@example.fr ({id}).\n"
    answer = shell("user", "delete", id, "--yes")
    assert answer == (2, "", f"There is no user '{id}'; `balise user list` shows them.\n")


def test_who_has_lost_their_device_is_let_in_with_the_password_alone(
    shell, account, directory_dsn, monkeypatch
) -> None:
    id, secret = _create(shell, account, "--json").json["id"], totp.new_secret()
    directory = open_directory(directory_dsn)
    with directory.write() as conn:
        assert totp.turn_on(conn, id, secret, totp.code_at(secret, 1), totp.STEP_MS)
    with mailbox() as post:
        monkeypatch.setenv("BALISE_SMTP", post.server)
        answer = shell("user", "codes-off", "marie@example.fr", "--yes")
        (mail,) = post.wait()
    assert (mail["To"], "/you" in mail.get_content()) == ("marie@example.fr", True)
    assert answer.out == "marie@example.fr signs in with the password alone.\n"
    with directory.read() as conn:
        assert totp.secret_of(conn, id) is None
        line = audit.latest(conn, 1)[0]
    directory.close()
    assert (line.actor, line.action, line.subject) == ("shell", "codes.off", id)
    again = shell("user", "codes-off", id, "--yes")
    assert (again.code, again.out) == (2, "")
    assert "signs in with the password alone already." in again.err


def test_nobody_is_let_in_without_a_yes(shell, account, directory_dsn) -> None:
    id, secret = _create(shell, account, "--json").json["id"], totp.new_secret()
    directory = open_directory(directory_dsn)
    with directory.write() as conn:
        totp.turn_on(conn, id, secret, totp.code_at(secret, 1), totp.STEP_MS)
    assert shell("user", "codes-off", id, typed="n\n").code != 0
    with directory.read() as conn:
        assert totp.secret_of(conn, id) == secret
    directory.close()
