import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count

import pytest

from schema.clock import system_clock
from schema.directory import leases
from schema.directory.database import Directory
from schema.errors import Unavailable
from schema.testing.clock import FixedClock

Held = AbstractContextManager[Callable[[], None]]


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


def test_a_lease_of_a_clock_that_ran_far_ahead_is_free(directory: Directory) -> None:
    a_day_ms = 86_400_000
    assert _take(directory, "a", a_day_ms)
    assert _take(directory, "b", 0)


def test_only_the_holder_gives_it_back(directory: Directory) -> None:
    assert _take(directory, "a", 0)
    with directory.write() as conn:
        leases.give_back(conn, "rollup", "b")
    assert not _take(directory, "b", 0)
    with directory.write() as conn:
        leases.give_back(conn, "rollup", "a")
    assert _take(directory, "b", 0)


def test_work_that_holds_a_lease_is_alone_and_gives_it_back_even_when_it_fails(
    directory: Directory,
) -> None:
    clock = FixedClock(0)

    def held() -> Held:
        return leases.held(directory, "x", clock, ttl_ms=1_000, busy="Someone is at it.")

    def fail_beside_another() -> None:
        with held():
            with pytest.raises(Unavailable, match="Someone is at it"), held():
                pass
            raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        fail_beside_another()
    with held():
        pass


def test_who_was_stopped_in_the_middle_is_told_that_the_lease_is_lost(directory: Directory) -> None:
    clock = FixedClock(0)
    with leases.held(directory, "x", clock, ttl_ms=1_000, busy="Lost.") as prolong:
        clock.advance(seconds=0.9)
        prolong()
        clock.advance(seconds=0.9)
        prolong()
        clock.advance(seconds=5)
        assert _take(directory, "other", clock(), "x")
        with pytest.raises(Unavailable, match="Lost"):
            prolong()
    assert not _take(directory, "third", clock(), "x")


def test_a_holder_that_is_always_the_same_one_has_it_again_at_once(directory: Directory) -> None:
    clock = FixedClock(0)

    def held(holder: str) -> Held:
        return leases.held(directory, "x", clock, ttl_ms=1_000, busy="Busy.", holder=holder)

    assert _take(directory, "folder", 0, name="x")  # and then it was killed
    with pytest.raises(Unavailable, match="Busy"), held("other"):
        pass
    with held("folder") as prolong:
        prolong()


def test_whoever_is_patient_has_it_when_the_other_has_done(directory: Directory) -> None:
    assert _take(directory, "other", 0, name="x")
    moments = count(0, 400)
    held = leases.held(
        directory, "x", lambda: next(moments), ttl_ms=1_000, busy="Busy.", patience_s=60.0
    )
    with held as prolong:
        prolong()
    assert next(moments) == 2_000, "asked at 0, 400 and 800 in vain, at 1 200, then prolonged"


def test_a_lease_that_was_lost_stays_lost_when_the_other_has_given_it_back(
    directory: Directory,
) -> None:
    clock = FixedClock(0)
    with leases.held(directory, "x", clock, ttl_ms=1_000, busy="Lost.") as prolong:
        clock.advance(seconds=2)
        with leases.held(directory, "x", clock, ttl_ms=1_000, busy="Busy."):
            pass
        with pytest.raises(Unavailable, match="Lost"):
            prolong()


def test_a_step_that_takes_longer_than_the_lease_stays_alone(directory: Directory) -> None:
    work = {"directory": directory, "name": "x", "clock": system_clock, "ttl_ms": 600}
    with leases.held_through(**work, busy="Lost."):
        begun_ms = system_clock()
        while system_clock() < begun_ms + 1_500:
            with pytest.raises(Unavailable, match="Busy"), leases.held(**work, busy="Busy."):
                pass
            time.sleep(0.05)
    with leases.held(**work, busy="Busy."):
        pass
