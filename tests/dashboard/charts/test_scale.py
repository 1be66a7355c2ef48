"""Scales are cut at few, round, whole numbers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.scale import spread, ticks


def test_scales_end_on_round_numbers_that_hold_everything():
    assert ticks(0) == (0, 1)
    assert ticks(3) == (0, 1, 2, 3)
    assert ticks(41) == (0, 20, 40, 60)
    assert ticks(1_234) == (0, 500, 1_000, 1_500)


@given(st.integers(0, 10**9))
def test_no_scale_has_more_than_four_steps_or_is_exceeded(most):
    found = ticks(most)
    assert 2 <= len(found) <= 5
    assert found[-1] >= most
    assert len({b - a for a, b in pairwise(found)}) == 1


@given(st.integers(0, 2_000), st.integers(2, 10))
def test_labels_are_few_and_the_last_point_has_one(length, count):
    found = spread(length, count)
    assert len(found) <= count
    assert found[-1:] == ((length - 1,) if length else ())
