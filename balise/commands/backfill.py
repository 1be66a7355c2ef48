"""`balise backfill`: computes closed days again, or shows what that would change."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from balise.commands.context import DAY, Context, columns, json_option, pass_context

if TYPE_CHECKING:
    from schema.directory.backfills import Difference


@click.command
@click.option("--from", "first", type=DAY, required=True, help="The first local day: 2026-11-01.")
@click.option("--to", "last", type=DAY, required=True, help="The last local day, itself included.")
@click.option("--card", "cards", multiple=True, help="Only this card; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Show the difference; change nothing.")
@json_option
@pass_context
def command(
    context: Context, first: date, last: date, cards: tuple[str, ...], dry_run: bool
) -> None:
    """Compute the figures of closed days again, from raw events.

    The service may run meanwhile. Stopped half-way, the same command continues.
    """
    from balise.bar import drawn
    from pipeline.backfill import Request, backfill, compare
    from schema.clock import system_clock

    request = Request(first, last, tuple(dict.fromkeys(cards)))
    with context.open_stores_current() as (directory, store), drawn("events") as told:
        if dry_run:
            found = compare(store, directory, system_clock, request, told)
        else:
            totals = backfill(store, directory, system_clock, request, told)
    if dry_run:
        context.emit(asdict(found), _shown(found))
    else:
        resumed = f", {totals.resumed_days} of them before" if totals.resumed_days else ""
        context.emit(
            asdict(totals),
            f"{totals.days} days of cards were computed from {totals.events} events"
            f" in {totals.seconds:.1f} s{resumed}.",
        )


def _shown(found: "Difference") -> str:
    rows = [("metric", "before", "after", "difference")]
    rows += [
        (name, str(before), str(found.after[name]), f"{found.after[name] - before:+}")
        for name, before in found.before.items()
    ]
    return f"{columns(rows)}\n{found.days_changed} of {found.days} days of cards would change."
