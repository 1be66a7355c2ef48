"""The same parts, the same error, and nothing that runs on."""

import threading

import pytest

from pipeline.importing.ahead import ahead


def threads():
    return [each for each in threading.enumerate() if each.name == "import"]


def test_parts_come_in_order_and_the_thread_ends():
    with ahead(iter(range(50))) as parts:
        assert list(parts) == list(range(50))
    assert threads() == []


def test_an_error_comes_where_it_happened():
    def made():
        yield 1
        raise ValueError("second")

    with ahead(made()) as parts:
        assert next(parts) == 1
        with pytest.raises(ValueError, match="second"):
            next(parts)
    assert threads() == []


def test_whoever_leaves_early_leaves_nothing_behind():
    taken = []

    def made():
        for number in range(1_000_000):
            taken.append(number)
            yield number

    def leave():
        with ahead(made()) as parts:
            next(parts)
            raise KeyError

    with pytest.raises(KeyError):
        leave()
    assert threads() == []
    assert len(taken) < 10
