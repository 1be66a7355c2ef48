"""Where a scale is cut: few, round, whole numbers."""

from math import ceil, floor, log10

_ROUND = (1, 2, 5, 10)


def ticks(most: int, count: int = 4) -> tuple[int, ...]:
    """From 0 to the first round number that is not under `most`, in at most `count` steps."""
    step = _step(max(most, 1) / count)
    return tuple(range(0, step * ceil(max(most, 1) / step) + 1, step))


def _step(least: float) -> int:
    if least <= 1:
        return 1
    size = int(10 ** floor(log10(least)))
    return next(size * digit for digit in _ROUND if size * digit >= least)


def spread(length: int, count: int) -> tuple[int, ...]:
    """The places of at most `count` labels among `length` points, the last among them."""
    if length <= count:
        return tuple(range(length))
    step = ceil((length - 1) / (count - 1))
    return tuple(range(length - 1, -1, -step))[::-1]
