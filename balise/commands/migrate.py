"""`balise migrate`: what the stores' schemas need, and applying it."""

from contextlib import closing

import click

from balise.commands.context import Context, json_option, pass_context
from balise.folder import prepare


@click.command
@click.option("--dry-run", is_flag=True, help="Show what is pending and change nothing.")
@json_option
@pass_context
def command(context: Context, dry_run: bool) -> None:
    """Show and apply what the directory and the event store need.

    Safe to run twice, and from two processes at once.
    """
    from schema import migrate as events
    from schema.directory import upgrade as directory
    from schema.directory.database import open_directory
    from schema.store.address import parse
    from schema.store.opening import reach_store

    settings = context.settings()
    prepare(settings)
    address = parse(settings.clickhouse)
    with (
        closing(open_directory(settings.database)) as people,
        closing(reach_store(settings)) as store,
    ):
        steps = {
            "directory": (directory.pending if dry_run else directory.upgrade)(people),
            "events": (events.pending if dry_run else events.migrate)(store, address),
        }
    context.emit({"applied": not dry_run} | steps, _told(steps, dry_run))


def _told(steps: dict[str, list[str]], dry_run: bool) -> str:
    state = "pending" if dry_run else "applied"
    lines = [f"{store}: {step} {state}" for store, names in steps.items() for step in names]
    return "\n".join(lines) or "Nothing to do: both stores are up to date."
