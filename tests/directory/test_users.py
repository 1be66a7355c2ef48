from typing import Any

import pytest

from schema.directory import passwords, sessions, users
from schema.directory.accounts import Account
from schema.directory.database import Directory
from schema.directory.users import User
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000
PASSWORD = "une phrase assez longue"


def _create(directory: Directory, account: str | None, **changes: Any) -> User:
    given = {
        "account": account,
        "email": "paul@example.fr",
        "role": "viewer",
        "password": PASSWORD,
        "locale": "fr",
        "now_ms": NOW_MS,
    }
    with directory.write() as conn:
        return users.create(conn, **given | changes)


def _verify(directory: Directory, email: str, password: str) -> User | None:
    with directory.read() as conn:
        return users.verify(conn, email, password)


def test_the_right_password_gives_the_user(directory: Directory, user: User) -> None:
    assert _verify(directory, "marie@example.fr", PASSWORD) == user
    assert _verify(directory, "marie@example.fr", PASSWORD + " ") is None


def test_an_address_is_the_same_however_it_is_typed(directory: Directory, user: User) -> None:
    assert _verify(directory, "  Marie@EXAMPLE.fr ", PASSWORD) == user
    with directory.read() as conn:
        assert users.by_email(conn, "MARIE@example.fr") == user


@pytest.mark.parametrize("email", ["nobody@example.fr", "", "marie", "a\x00@b.fr", "\udcff@b.fr"])
def test_an_unknown_address_costs_as_much_as_a_wrong_password(
    directory: Directory, user: User, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda h, p: checked.append(h) or real(h, p))
    assert _verify(directory, email, PASSWORD) is None
    assert _verify(directory, user.email, "a wrong password") is None
    nobody, somebody = (hash.rsplit("$", 2)[0] for hash in checked)
    assert nobody == somebody == "$argon2id$v=19$m=47104,t=1,p=1"


def test_a_password_is_kept_as_a_hash_of_its_own(directory: Directory, user: User) -> None:
    first, second = passwords.hashed(PASSWORD), passwords.hashed(PASSWORD)
    assert first != second
    assert PASSWORD not in first
    assert passwords.matches(first, PASSWORD)


@pytest.mark.parametrize("password", ["", "123456789", "x" * 1001])
def test_a_password_of_the_wrong_length_is_refused_and_not_repeated(
    directory: Directory, account: Account, password: str
) -> None:
    with pytest.raises(BadInput, match=f"has {len(password)} characters; give at least 10") as told:
        _create(directory, account.id, password=password)
    assert not password or password not in str(told.value)


def test_ten_characters_are_enough(directory: Directory, account: Account) -> None:
    user = _create(directory, account.id, password="pâte-à-sel")
    assert _verify(directory, user.email, "pâte-à-sel") == user


@pytest.mark.parametrize(
    "email", ["", "marie", "@example.fr", "a@b", "a b@c.fr", f"{'x' * 250}@b.fr"]
)
def test_what_is_no_address_is_refused(directory: Directory, account: Account, email: str) -> None:
    with pytest.raises(BadInput, match="is not an e-mail address"):
        _create(directory, account.id, email=email)


def test_an_address_has_one_user(directory: Directory, account: Account, user: User) -> None:
    with pytest.raises(BadInput, match=r"marie@example.fr has a user already"):
        _create(directory, account.id, email="MARIE@example.fr")


def test_only_ops_has_no_account(directory: Directory, account: Account) -> None:
    assert _create(directory, None, role="ops").account is None
    with pytest.raises(BadInput, match="The role 'ops' sees every account; leave out"):
        _create(directory, account.id, role="ops")
    with pytest.raises(BadInput, match="The role 'owner' belongs to an account"):
        _create(directory, None, role="owner")
    with pytest.raises(BadInput, match=r"The role 'oner' is unknown; did you mean 'owner'\?"):
        _create(directory, account.id, role="oner")


def test_a_user_of_an_unknown_account_is_refused(directory: Directory) -> None:
    with pytest.raises(BadInput, match="There is no account 'nobody'"):
        _create(directory, "nobody")


def test_users_are_listed_by_address(directory: Directory, account: Account, user: User) -> None:
    first = _create(directory, account.id, email="anne@example.fr")
    with directory.read() as conn:
        assert users.every(conn) == [first, user]
        assert users.get(conn, user.id) == user


def test_sessions_end_with_their_user(directory: Directory, user: User) -> None:
    with directory.write() as conn:
        token = sessions.start(conn, user.id, NOW_MS)
        users.delete(conn, user.id)
    with directory.read() as conn:
        assert sessions.find(conn, token, NOW_MS) is None


@pytest.mark.parametrize("id", ["nobody", "", "a\x00b", "\udcff"])
def test_an_unknown_user_is_named(directory: Directory, id: str) -> None:
    with directory.write() as conn:
        assert users.get(conn, id) is None
        assert users.by_email(conn, id) is None
        with pytest.raises(BadInput, match=r"There is no user '.*'; `balise user list`"):
            users.delete(conn, id)
