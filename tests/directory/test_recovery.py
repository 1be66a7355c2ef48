import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from schema.directory import recovery, totp, users
from schema.directory.database import Directory
from schema.directory.tables import recovery_codes
from schema.directory.users import User

NOW_MS = 1_763_640_000_000


@pytest.fixture
def codes(directory: Directory, user: User) -> tuple[str, ...]:
    with directory.write() as conn:
        return recovery.renew(conn, user.id)


def _spend(directory: Directory, user: User, typed: str) -> bool:
    with directory.write() as conn:
        return recovery.spend(conn, user.id, typed)


def _left(directory: Directory, user: User) -> int:
    with directory.read() as conn:
        return recovery.left(conn, user.id)


def test_ten_codes_are_drawn_that_are_easy_to_copy(codes: tuple[str, ...]) -> None:
    assert len(set(codes)) == 10
    for code in codes:
        assert re.fullmatch(r"[a-hj-km-np-z2-9]{4}(-[a-hj-km-np-z2-9]{4}){3}", code)


def test_each_lets_in_once(directory: Directory, user: User, codes: tuple[str, ...]) -> None:
    assert _left(directory, user) == 10
    assert _spend(directory, user, codes[3])
    assert not _spend(directory, user, codes[3])
    assert _left(directory, user) == 9
    assert _spend(directory, user, codes[4])


def test_of_many_who_come_with_one_code_at_once_one_is_let_in(
    directory: Directory, user: User, codes: tuple[str, ...]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        let_in = list(pool.map(lambda _: _spend(directory, user, codes[0]), range(8)))
    assert let_in.count(True) == 1


def test_capitals_spaces_and_lines_do_not_matter(
    directory: Directory, user: User, codes: tuple[str, ...]
) -> None:
    assert _spend(directory, user, f" {codes[0].upper().replace('-', ' ')} ")
    assert _spend(directory, user, codes[1].replace("-", ""))


@pytest.mark.parametrize("typed", ["", "-", "abcd", "é" * 16, "\x00", "\udcff", "a" * 70_000])
def test_what_is_no_code_lets_nobody_in(
    directory: Directory, user: User, codes: tuple[str, ...], typed: str
) -> None:
    assert not _spend(directory, user, typed)
    assert _left(directory, user) == 10


def test_new_ones_end_those_before(
    directory: Directory, user: User, codes: tuple[str, ...]
) -> None:
    with directory.write() as conn:
        fresh = recovery.renew(conn, user.id)
    assert not _spend(directory, user, codes[0])
    assert _spend(directory, user, fresh[0])


def test_codes_of_one_user_let_in_nobody_else(
    directory: Directory, user: User, codes: tuple[str, ...]
) -> None:
    with directory.write() as conn:
        other = users.create(
            conn,
            account=user.account,
            email="leo@example.fr",
            role="viewer",
            password="une phrase assez longue",
            locale="fr",
            now_ms=NOW_MS,
        )
    assert not _spend(directory, other, codes[0])
    assert _left(directory, user) == 10


def test_only_hashes_are_kept(directory: Directory, codes: tuple[str, ...]) -> None:
    with directory.read() as conn:
        kept = list(conn.scalars(sa.select(recovery_codes.c.code_hash)))
    assert {len(hash) for hash in kept} == {32}
    for code in codes:
        assert code.replace("-", "").encode() not in b"".join(kept)


def test_they_go_with_the_one_time_codes(
    directory: Directory, user: User, codes: tuple[str, ...]
) -> None:
    with directory.write() as conn:
        totp.turn_off(conn, user.id)
    assert _left(directory, user) == 0
