"""Progress bars with the rate, on the error stream; nothing is drawn before work begins."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from balise.demo.load import Progress, Step

_TEXTS: dict[Step, str] = {
    "generate": "Imagining visits",
    "ship": "Storing events",
    "roll": "Adding up days",
}


class Rate(ProgressColumn):
    """Over the whole step: the column of `rich` forgets it when a total is corrected."""

    def render(self, task: Task) -> Text:
        seconds = task.elapsed or 0.0
        return Text(f"{task.completed / seconds:,.0f}/s" if seconds > 0.1 else "")


@contextmanager
def drawn() -> Iterator[Progress]:
    with ExitStack() as stack:
        bars: Bars | None = None
        tasks: dict[Step, TaskID] = {}

        def show(step: Step, done: int, total: int) -> None:
            nonlocal bars
            bars = bars or stack.enter_context(_bars())
            if step not in tasks:
                tasks[step] = bars.add_task(_TEXTS[step], total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield show


def _bars() -> Bars:
    columns = (
        TextColumn("{task.description:16}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
    )
    return Bars(*columns, console=Console(stderr=True))
