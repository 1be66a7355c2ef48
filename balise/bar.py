"""One progress bar with a rate and the time left, on the error stream."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Show = Callable[[int, int], None]
"""Told how much is done, of how much."""


@contextmanager
def drawn(text: str) -> Iterator[Show]:
    """From the first word of progress on: what is refused before leaves its sentence alone."""
    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    task = bars.add_task(text, total=None)

    with ExitStack() as drawing:

        def show(done: int, total: int) -> None:
            if not bars.live.is_started:
                drawing.enter_context(bars)
            bars.update(task, completed=done, total=total)

        yield show
