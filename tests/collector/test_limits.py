"""Token buckets, with time as an argument."""

from collector.limits import BURST_S, KEYS_MAX, Buckets
from schema.testing.events import NOW_MS


def taken(buckets, key, now_ms, tries):
    return sum(buckets.take(key, now_ms) == 0 for _ in range(tries))


def test_a_bucket_gives_its_burst_and_then_its_rate():
    buckets = Buckets(5)
    assert taken(buckets, "a", NOW_MS, 100) == 5 * BURST_S
    assert taken(buckets, "a", NOW_MS + 1_000, 100) == 5
    assert taken(buckets, "a", NOW_MS + 1_200, 100) == 1


def test_who_must_wait_is_told_how_long():
    buckets = Buckets(5)
    taken(buckets, "a", NOW_MS, 50)
    assert buckets.take("a", NOW_MS) == 200
    assert buckets.take("a", NOW_MS + 150) == 50
    assert buckets.take("a", NOW_MS + 200) == 0


def test_each_key_has_a_bucket_of_its_own():
    buckets = Buckets(1)
    assert taken(buckets, "a", NOW_MS, 20) == 10
    assert taken(buckets, "b", NOW_MS, 20) == 10


def test_a_long_rest_gives_no_more_than_a_burst():
    buckets = Buckets(2)
    taken(buckets, "a", NOW_MS, 20)
    assert taken(buckets, "a", NOW_MS + 3_600_000, 100) == 20


def test_a_limit_outlives_a_turn_of_generations():
    buckets = Buckets(1)
    for second in range(0, 60, 2):
        taken(buckets, "busy", NOW_MS + second * 1000, 100)
        assert taken(buckets, "busy", NOW_MS + second * 1000, 100) == 0


def test_memory_is_bounded_however_many_keys_there_are():
    buckets = Buckets(1)
    for n in range(KEYS_MAX * 3):
        buckets.take(str(n), NOW_MS)
    assert len(buckets._young) + len(buckets._old) <= 2 * KEYS_MAX


def test_a_clock_that_steps_back_or_forward_locks_nobody_out():
    buckets = Buckets(1)
    for now_ms in (NOW_MS, NOW_MS + 86_400_000, NOW_MS, NOW_MS - 3_600_000, NOW_MS):
        assert taken(buckets, "a", now_ms, 100) == 10
