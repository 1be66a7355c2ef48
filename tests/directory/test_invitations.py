import pytest

from schema.directory import accounts, invitations
from schema.directory.accounts import Account
from schema.directory.database import Directory
from schema.directory.invitations import LIFETIME_MS, Invitation
from schema.directory.users import User
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000
PASSWORD = "une phrase assez longue"


def _invite(
    directory: Directory, account: Account, email: str = "Zoe@Example.fr"
) -> tuple[Invitation, str]:
    with directory.write() as conn:
        return invitations.invite(
            conn, account=account.id, email=email, role="viewer", locale="en", now_ms=NOW_MS
        )


def _accept(directory: Directory, token: str, now_ms: int = NOW_MS) -> User | None:
    with directory.write() as conn:
        return invitations.accept(conn, token, PASSWORD, now_ms)


def _waiting(directory: Directory, account: Account, now_ms: int = NOW_MS) -> list[str]:
    with directory.read() as conn:
        return [each.email for each in invitations.of_account(conn, account.id, now_ms)]


def test_who_accepts_is_a_user_as_invited_and_once(directory: Directory, account: Account) -> None:
    _, token = _invite(directory, account)
    assert _waiting(directory, account) == ["zoe@example.fr"]
    user = _accept(directory, token)
    assert user is not None
    made = (user.email, user.account, user.role, user.locale)
    assert made == ("zoe@example.fr", account.id, "viewer", "en")
    assert _accept(directory, token) is None
    assert _waiting(directory, account) == []


def test_it_runs_out_after_seven_days(directory: Directory, account: Account) -> None:
    _, token = _invite(directory, account)
    assert _waiting(directory, account, NOW_MS + LIFETIME_MS - 1) == ["zoe@example.fr"]
    assert _waiting(directory, account, NOW_MS + LIFETIME_MS) == []
    assert _accept(directory, token, NOW_MS + LIFETIME_MS) is None


def test_one_that_was_sent_before_is_good_no_more(directory: Directory, account: Account) -> None:
    _, first = _invite(directory, account)
    _, second = _invite(directory, account, "zoe@example.fr")
    assert _accept(directory, first) is None
    assert _accept(directory, second) is not None


def test_a_user_of_another_account_is_invited_and_cannot_accept(
    directory: Directory, account: Account, user: User
) -> None:
    with directory.write() as conn:
        other = accounts.create(conn, name="x", tier="premium", locale="fr", now_ms=NOW_MS)
    _, token = _invite(directory, other, user.email)
    with pytest.raises(BadInput):
        _accept(directory, token)
    assert _waiting(directory, other) == [user.email]


def test_a_user_of_the_account_is_not_invited(
    directory: Directory, account: Account, user: User
) -> None:
    with pytest.raises(BadInput):
        _invite(directory, account, user.email)


def test_a_withdrawn_one_leads_nowhere(directory: Directory, account: Account) -> None:
    made, token = _invite(directory, account)
    with directory.write() as conn:
        invitations.withdraw(conn, account.id, made.email)
    assert _accept(directory, token) is None


def test_they_go_with_their_account(directory: Directory, account: Account) -> None:
    _, token = _invite(directory, account)
    with directory.write() as conn:
        accounts.delete(conn, account.id)
    assert _accept(directory, token) is None
