"""Progress bars with a rate and the time left, on the error stream. Nothing is drawn before work
begins, so that what is refused is one sentence."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

Show = Callable[[int, int], None]
"""Told how much is done, of how much."""


class Rate(ProgressColumn):
    """Of this run: what an earlier one had done is there at once, and does not count."""

    def render(self, task: Task) -> Text:
        a_second = task.finished_speed or task.speed
        return Text(f"{a_second:,.0f}/s" if a_second else "")


@contextmanager
def drawn(text: str) -> Iterator[Show]:
    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    bars = Progress(*columns, console=Console(stderr=True))
    task = bars.add_task(text, total=None)
    with drawn_at_first_word(bars) as update:
        yield lambda done, total: update(task, completed=done, total=total)


@contextmanager
def drawn_at_first_word(bars: Progress) -> Iterator[Callable[..., None]]:
    """Gives what updates a task of them."""
    with ExitStack() as drawing:

        def update(task: TaskID, **changes: object) -> None:
            if not bars.live.is_started:
                drawing.enter_context(bars)
            bars.update(task, **changes)  # type: ignore[arg-type]

        yield update
