"""Time is an argument. A clock is a callable that gives UTC milliseconds since 1970."""

import time
from collections.abc import Callable

Clock = Callable[[], int]


def system_clock() -> int:
    return time.time_ns() // 1_000_000
