"""Runs a coroutine on a loop of its own, whatever the thread of the test already runs.

The browser fixture keeps a loop running on the main thread, where `asyncio.run` then refuses.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
