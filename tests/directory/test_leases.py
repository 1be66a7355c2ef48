from schema.directory import leases
from schema.directory.database import Directory


def _take(directory: Directory, holder: str, now_ms: int, name: str = "rollup") -> bool:
    with directory.write() as conn:
        return leases.take(conn, name, holder, now_ms, ttl_ms=1_000)


def test_one_holder_at_a_time(directory: Directory) -> None:
    assert _take(directory, "a", 0)
    assert not _take(directory, "b", 999)
    assert _take(directory, "b", 999, name="ship")


def test_the_holder_may_prolong(directory: Directory) -> None:
    assert _take(directory, "a", 0)
    assert _take(directory, "a", 900)
    assert not _take(directory, "b", 1_500)


def test_a_lease_that_ran_out_is_free(directory: Directory) -> None:
    assert _take(directory, "a", 0)
    assert _take(directory, "b", 1_000)
    assert not _take(directory, "a", 1_001)
