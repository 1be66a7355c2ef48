from hashlib import sha256

import sqlalchemy as sa

from schema.directory import sessions, users
from schema.directory.database import Directory
from schema.directory.sessions import LIFETIME_MS
from schema.directory.tables import sessions as table
from schema.directory.users import User

NOW_MS = 1_763_640_000_000
DAY_MS = 86_400_000


def _start(directory: Directory, user: User, now_ms: int = NOW_MS) -> str:
    with directory.write() as conn:
        return sessions.start(conn, user.id, now_ms)


def _find(directory: Directory, token: str, now_ms: int) -> User | None:
    with directory.read() as conn:
        return sessions.find(conn, token, now_ms)


def test_a_token_finds_its_user(directory: Directory, user: User) -> None:
    first, second = _start(directory, user), _start(directory, user)
    assert first != second
    assert _find(directory, first, NOW_MS) == _find(directory, second, NOW_MS) == user


def test_another_token_finds_nobody(directory: Directory, user: User) -> None:
    token = _start(directory, user)
    assert [_find(directory, wrong, NOW_MS) for wrong in ("", token[:-1], "a\x00b")] == [None] * 3


def test_only_a_hash_of_the_token_is_stored(directory: Directory, user: User) -> None:
    token = _start(directory, user)
    with directory.read() as conn:
        row = conn.execute(sa.select(table)).one()
    assert row.token_hash == sha256(token.encode()).digest()
    assert token not in str(row)


def test_a_session_lasts_thirty_days(directory: Directory, user: User) -> None:
    token = _start(directory, user)
    assert _find(directory, token, NOW_MS + 30 * DAY_MS - 1) == user
    assert _find(directory, token, NOW_MS + 30 * DAY_MS) is None


def test_the_thirty_days_begin_again_with_each_use(directory: Directory, user: User) -> None:
    token = _start(directory, user)
    for day in (20, 40, 60):
        assert sessions.resume(directory, token, NOW_MS + day * DAY_MS) == user
    assert sessions.resume(directory, token, NOW_MS + 90 * DAY_MS) is None


def test_use_is_written_down_once_a_day_at_most(directory: Directory, user: User) -> None:
    token = _start(directory, user)

    def expires_after(now_ms: int) -> int:
        assert sessions.resume(directory, token, now_ms) == user
        with directory.read() as conn:
            return int(conn.scalars(sa.select(table.c.expires_ms)).one())

    assert expires_after(NOW_MS + DAY_MS - 1) == NOW_MS + LIFETIME_MS
    assert expires_after(NOW_MS + DAY_MS) == NOW_MS + DAY_MS + LIFETIME_MS


def test_an_ended_session_is_no_more(directory: Directory, user: User) -> None:
    token, other = _start(directory, user), _start(directory, user)
    with directory.write() as conn:
        sessions.end(conn, token)
        sessions.end(conn, "unknown")
    assert _find(directory, token, NOW_MS) is None
    assert _find(directory, other, NOW_MS) == user


def test_what_has_run_out_is_swept_at_the_next_login(directory: Directory, user: User) -> None:
    _start(directory, user)
    _start(directory, user, NOW_MS + LIFETIME_MS)
    with directory.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == 1


def test_sessions_are_listed_and_revoked_one_by_one(directory: Directory, user: User) -> None:
    with directory.write() as conn:
        phone = sessions.start(conn, user.id, NOW_MS, "Safari, iOS")
        desk = sessions.start(conn, user.id, NOW_MS + 1, "Firefox, Windows")
        listed = sessions.of_user(conn, user.id, NOW_MS + 1)
        assert [each.browser for each in listed] == ["Firefox, Windows", "Safari, iOS"]
        assert sessions.id_of(conn, phone) == listed[1].id
        sessions.revoke(conn, "someone", listed[1].id)
        assert sessions.find(conn, phone, NOW_MS + 1) == user
        sessions.revoke(conn, user.id, listed[1].id)
    assert _find(directory, phone, NOW_MS + 1) is None
    assert _find(directory, desk, NOW_MS + 1) == user


def test_a_new_password_ends_all_sessions(directory: Directory, user: User) -> None:
    token = _start(directory, user)
    with directory.write() as conn:
        users.set_password(conn, user.id, "un autre mot de passe")
        assert users.verify(conn, user.email, "un autre mot de passe") == user
    assert _find(directory, token, NOW_MS) is None
