import pytest

from schema.directory import tickets, users
from schema.directory.database import Directory
from schema.directory.tickets import LIFETIME_MS
from schema.directory.users import User

NOW_MS = 1_763_640_000_000


def _issue(directory: Directory, user: User, purpose: tickets.Purpose = "sso") -> str:
    with directory.write() as conn:
        return tickets.issue(conn, user=user.id, purpose=purpose, now_ms=NOW_MS)


def _redeem(
    directory: Directory, token: str, now_ms: int, purpose: tickets.Purpose = "sso"
) -> User | None:
    with directory.write() as conn:
        return tickets.redeem(conn, token, purpose, now_ms)


def test_a_ticket_lets_its_user_in_once(directory: Directory, user: User) -> None:
    token = _issue(directory, user)
    assert _redeem(directory, token, NOW_MS) == user
    assert _redeem(directory, token, NOW_MS) is None


def test_looking_at_a_ticket_does_not_spend_it(directory: Directory, user: User) -> None:
    token = _issue(directory, user, "reset")
    with directory.read() as conn:
        assert tickets.bearer(conn, token, "reset", NOW_MS) == user
    assert _redeem(directory, token, NOW_MS, "reset") == user


@pytest.mark.parametrize("purpose", LIFETIME_MS)
def test_a_ticket_runs_out(directory: Directory, user: User, purpose: tickets.Purpose) -> None:
    first, second = (_issue(directory, user, purpose) for _ in range(2))
    last_ms = NOW_MS + LIFETIME_MS[purpose] - 1
    assert _redeem(directory, first, last_ms, purpose) == user
    assert _redeem(directory, second, last_ms + 1, purpose) is None


def test_a_ticket_is_good_for_its_purpose_only(directory: Directory, user: User) -> None:
    token = _issue(directory, user, "sso")
    assert _redeem(directory, token, NOW_MS, "reset") is None


@pytest.mark.parametrize("wrong", ["", "a\x00b", "nobody's"])
def test_another_token_lets_nobody_in(directory: Directory, user: User, wrong: str) -> None:
    _issue(directory, user)
    assert _redeem(directory, wrong, NOW_MS) is None


def test_tickets_go_with_their_user(directory: Directory, user: User) -> None:
    token = _issue(directory, user)
    with directory.write() as conn:
        users.delete(conn, user.id)
    assert _redeem(directory, token, NOW_MS) is None
