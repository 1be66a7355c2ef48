import pytest

from schema.directory import totp
from schema.directory.database import Directory
from schema.directory.users import User

NOW_MS = 1_763_640_000_000
STEP = NOW_MS // totp.STEP_MS


def _spend(directory: Directory, user: User, code: str, now_ms: int = NOW_MS) -> bool:
    with directory.write() as conn:
        return totp.spend(conn, user.id, code, now_ms)


@pytest.fixture
def secret(directory: Directory, user: User) -> bytes:
    """Turned on an hour ago."""
    secret, then_ms = totp.new_secret(), NOW_MS - 3_600_000
    with directory.write() as conn:
        code = totp.code_at(secret, then_ms // totp.STEP_MS)
        assert totp.turn_on(conn, user.id, secret, code, then_ms)
    return secret


@pytest.mark.parametrize(
    ("at_s", "code"),
    # RFC 6238, appendix B, the last six of its eight digits.
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(at_s: int, code: str) -> None:
    assert totp.code_at(b"12345678901234567890", at_s // 30) == code


def test_a_code_lets_in_once(directory: Directory, user: User, secret: bytes) -> None:
    code = totp.code_at(secret, STEP)
    assert _spend(directory, user, f"{code[:3]} {code[3:]}")
    assert not _spend(directory, user, code)


def test_a_code_before_the_last_one_is_spent_too(
    directory: Directory, user: User, secret: bytes
) -> None:
    assert _spend(directory, user, totp.code_at(secret, STEP))
    assert not _spend(directory, user, totp.code_at(secret, STEP - 1))
    assert _spend(directory, user, totp.code_at(secret, STEP + 1))


@pytest.mark.parametrize(("away", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_be_half_a_minute_apart(
    directory: Directory, user: User, secret: bytes, away: int, good: bool
) -> None:
    assert _spend(directory, user, totp.code_at(secret, STEP + away)) is good


@pytest.mark.parametrize("code", ["", "abcdef", "12345", "１２３４５６", "\x00", "\udcff"])
def test_what_is_no_code_lets_nobody_in(
    directory: Directory, user: User, secret: bytes, code: str
) -> None:
    assert not _spend(directory, user, code)


def test_it_is_turned_on_only_with_a_code_of_it(directory: Directory, user: User) -> None:
    secret = totp.new_secret()
    wrong = totp.code_at(totp.new_secret(), STEP)
    with directory.write() as conn:
        assert not totp.turn_on(conn, user.id, secret, wrong, NOW_MS)
        assert totp.secret_of(conn, user.id) is None
        assert totp.turn_on(conn, user.id, secret, totp.code_at(secret, STEP), NOW_MS)
        assert totp.secret_of(conn, user.id) == secret


def test_turned_off_no_code_is_asked_or_taken(
    directory: Directory, user: User, secret: bytes
) -> None:
    with directory.write() as conn:
        totp.turn_off(conn, user.id)
        assert totp.secret_of(conn, user.id) is None
    assert not _spend(directory, user, totp.code_at(secret, STEP))
