"""`balise import`: events from files, each once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from balise.commands.context import Context, columns, json_option, pass_context, record
from schema.clock import system_clock
from schema.errors import BadInput, BaliseError

if TYPE_CHECKING:
    from pipeline.importing.formats import Format
    from pipeline.importing.run import Place, Progress, Totals

FORMATS = ("csv", "ndjson", "parquet", "plausible", "umami", "combined")
MONTHS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Task:
    path: Path
    kind: "Format"
    report: Path


@click.command
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@click.option(
    "--format", "name", type=click.Choice(FORMATS), help="Else the end of the file's name tells."
)
@click.option("--card", default="", help="The card of all rows, for files without that column.")
@click.option("--site", default="", help="The host of the pages in a log, such as www.example.fr.")
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Where refused rows are told. Else FILE.refused.csv in this folder.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be imported and change nothing.")
@json_option
@pass_context
def command(
    context: Context,
    files: tuple[Path, ...],
    name: str | None,
    card: str,
    site: str,
    report: Path | None,
    dry_run: bool,
) -> int:
    """Import events from files. A row is never stored twice, so a run that was stopped is resumed
    by running it again.

    Columns: card, at, name, and docs/import.md tells which others. Rows that cannot be imported are
    told in a report, with their line and the reason; ends with 1 when no row could be used.
    """
    from pipeline.importing.formats import BY_NAME, Options, format_of

    if report is not None and len(files) > 1:
        raise BadInput("--report names one file; import several files one by one, or leave it out.")
    tasks = [
        Task(
            path,
            BY_NAME[name] if name else format_of(path),
            report or Path(f"{path.name}.refused.csv"),
        )
        for path in files
    ]
    with _place(context, dry_run=dry_run) as place:
        found = [_import(place, task, Options(card, site), dry_run=dry_run) for task in tasks]
    shown = [_data(task, totals) for task, totals in zip(tasks, found, strict=True)]
    context.emit(
        {"imported": not dry_run, "files": shown},
        "\n".join(_told(task, totals, dry_run) for task, totals in zip(tasks, found, strict=True)),
    )
    return 1 if any(not totals.new + totals.duplicate for totals in found) else 0


@contextmanager
def _place(context: Context, *, dry_run: bool) -> "Iterator[Place]":
    from pipeline.enrich import Enricher
    from pipeline.enrich.known import open_known
    from pipeline.importing.run import Place

    settings = context.settings()
    with context.open_stores_current() as (directory, store):
        known = open_known(settings, directory)
        yield Place(store, directory, settings, system_clock, Enricher(known))


def _import(place: "Place", task: Task, options: Any, *, dry_run: bool) -> "Totals":
    """Written down as it begins and as it ends, however that is."""
    from pipeline.importing.report import Report
    from pipeline.importing.run import import_file
    from schema.directory import runs

    with _bar(task.path) as progress:
        if dry_run:
            return import_file(place, task.path, task.kind, options, report=None, progress=progress)
        with place.directory.write() as conn:
            run = runs.start(conn, "import", place.clock())
            record(conn, "import.begin", f"{task.path.name} (run {run})")
        new: int | None = None
        error: str | None = "Stopped."
        try:
            totals = import_file(
                place,
                task.path,
                task.kind,
                options,
                report=Report(task.report),
                progress=progress,
            )
            new, error = totals.new, None
            return totals
        except BaliseError as fault:
            error = str(fault)
            raise
        finally:
            with place.directory.write() as conn:
                runs.finish(conn, run, now_ms=place.clock(), rows=new, error=error)
                became = "stopped" if new is None else f"{new} events"
                record(conn, "import.end", f"{task.path.name} (run {run}): {became}")


@contextmanager
def _bar(path: Path) -> "Iterator[Progress]":
    """On the error stream: share, rows, rows a second, and when it will end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    from balise.bar import drawn_at_first_word

    shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[rate]:,.0f}/s"),
        Remaining(compact=True),
    )
    bars = Progress(*shown, console=Console(stderr=True))
    bar = bars.add_task(path.name, total=1.0, rows=0, rate=0.0)
    with drawn_at_first_word(bars) as update:

        def show(share: float, rows: int) -> None:
            rate = rows / max(bars.tasks[0].elapsed or 0.0, 1e-3)
            update(bar, completed=share, rows=rows, rate=rate)

        yield show


def _data(task: Task, totals: "Totals") -> dict[str, Any]:
    return {
        "file": str(task.path),
        "new": totals.new,
        "duplicate": totals.duplicate,
        "refused": totals.refused,
        "passed": totals.passed,
        "report": str(task.report) if totals.refused else None,
        "reasons": [
            {"reason": reason, "rows": rows, "line": line}
            for reason, (rows, line) in totals.reasons.items()
        ],
        "months": [
            {"card": card, "month": month, "became": became, "events": n}
            for (card, month, became), n in sorted(totals.months.items())
        ],
    }


def _told(task: Task, totals: "Totals", dry_run: bool) -> str:
    would = "would be imported" if dry_run else "imported"
    lines = [
        f"{task.path}: {totals.new} events {would}, {totals.duplicate} there already, "
        f"{totals.refused} refused, {totals.passed} of no card's page."
    ]
    months = sorted(totals.months.items())
    if months:
        head = ("card", "month", "", "events")
        rows = [(card, month, became, str(n)) for (card, month, became), n in months]
        lines.append(columns([head, *rows[:MONTHS_SHOWN]]))
        if len(rows) > MONTHS_SHOWN:
            lines.append(f"… and {len(rows) - MONTHS_SHOWN} more; --json tells all.")
    for reason, (refused, line) in totals.reasons.items():
        lines.append(f"  {refused} refused, the first on line {line}: {reason}")
    if totals.refused and not dry_run:
        lines.append(f"Each refused row is told in {task.report}.")
    if totals.new and not dry_run:
        lines.append("The figures of these days follow within minutes while the service runs.")
    return "\n".join(lines)
