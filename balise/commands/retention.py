"""`balise retention`: delete what is over. The service does so by itself, a few times a day."""

import click

from balise.commands.context import Context, columns, json_option, pass_context
from schema.clock import system_clock


@click.command
@click.option("--dry-run", is_flag=True, help="Show what is over and change nothing.")
@json_option
@pass_context
def command(context: Context, dry_run: bool) -> None:
    """Delete what has been kept for as long as it may be.

    BALISE_RAW_DAYS and BALISE_ROLLUP_MONTHS say how long. What was deleted does not come back.
    """
    from pipeline.retention import delete_over, find_over

    settings = context.settings()
    with context.open_stores_current() as (directory, store):
        if dry_run:
            found = find_over(store, directory, settings, system_clock())
        else:
            found = delete_over(store, directory, settings, system_clock)
    lines = [
        {"table": over.table, "rows": over.rows, "since": f"{over.since:%Y-%m-%d}"}
        for over in found
    ]
    head = ("table", "rows over" if dry_run else "rows deleted", "held since")
    rows = [tuple(map(str, line.values())) for line in lines]
    context.emit({"deleted": not dry_run, "tables": lines}, columns([head, *rows]))
