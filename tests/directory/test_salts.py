from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

from schema.directory import salts
from schema.directory.database import Directory, open_directory
from schema.testing import prepared

DAY = date(2026, 11, 20)
HOUR_MS = 3_600_000


def _ms(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def _of(directory: Directory, day: date) -> bytes:
    with directory.write() as conn:
        return salts.of_date(conn, day, _ms(2026, 11, 20))


def test_a_date_has_one_salt_and_each_date_its_own(directory: Directory) -> None:
    first = _of(directory, DAY)
    assert _of(directory, DAY) == first
    assert _of(directory, date(2026, 11, 21)) != first
    assert len(first) == 32


def test_all_who_ask_at_once_get_the_same_salt(dsn: str) -> None:
    def ask(_: int) -> bytes:
        directory = open_directory(dsn)
        try:
            return _of(directory, DAY)
        finally:
            directory.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(24)))) == 1


def test_a_salt_lives_until_its_date_has_ended_in_the_last_time_zone(directory: Directory) -> None:
    first = _of(directory, DAY)
    ended_ms = _ms(2026, 11, 21, 12)  # midnight, twelve hours behind UTC
    assert salts.purge(directory, ended_ms - 1) == 0
    assert _of(directory, DAY) == first
    assert salts.purge(directory, ended_ms) == 1
    assert _of(directory, DAY) != first


def test_no_salt_lives_longer_than_fifty_hours(directory: Directory) -> None:
    begins_ms = _ms(2026, 11, 20) - 14 * HOUR_MS  # midnight in Kiritimati, the first of all
    _of(directory, DAY)
    assert salts.purge(directory, begins_ms + 50 * HOUR_MS) == 1


def test_the_salt_of_a_coming_date_stays(directory: Directory) -> None:
    coming = _of(directory, date(2026, 11, 22))
    assert salts.purge(directory, _ms(2026, 11, 21, 12)) == 0
    assert _of(directory, date(2026, 11, 22)) == coming


def test_a_deleted_salt_is_in_no_file_of_sqlite(tmp_path: Path) -> None:
    directory = open_directory(prepared.directory(tmp_path))
    salt = _of(directory, DAY)

    def files_with_it() -> list[str]:
        return [each.name for each in sorted(tmp_path.iterdir()) if salt in each.read_bytes()]

    assert files_with_it() == ["balise.db-wal"]
    assert salts.purge(directory, _ms(2026, 11, 22)) == 1
    assert files_with_it() == []
    directory.close()
