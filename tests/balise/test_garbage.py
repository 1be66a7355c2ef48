"""What a server holds from its start is not searched again and again."""

import gc

import pytest

from balise import garbage


@pytest.fixture(autouse=True)
def as_before():
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


def test_objects_of_the_start_are_left_out_and_later_ones_are_still_found():
    garbage.spare()
    assert gc.get_freeze_count() > 0

    ring = [object()]
    ring.append(ring)
    marked = id(ring)
    assert any(id(each) == marked for each in gc.get_objects())
    del ring
    assert gc.collect() >= 1


def test_a_search_waits_for_many_new_objects():
    garbage.spare()
    assert gc.get_threshold()[0] == garbage.NEW_OBJECTS
