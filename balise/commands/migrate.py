"""`balise migrate`: what the stores' schemas need, and applying it."""

from contextlib import closing, suppress
from typing import TYPE_CHECKING

import click

from balise.commands.context import Context, json_option, pass_context

if TYPE_CHECKING:
    from schema.settings import Settings


@click.command
@click.option("--dry-run", is_flag=True, help="Show what is pending and change nothing.")
@json_option
@pass_context
def command(context: Context, dry_run: bool) -> None:
    """Show and apply what the directory and the event store need.

    Safe to run twice, and from two processes at once.
    """
    settings = context.settings()
    steps = _pending(settings) if dry_run else _applied(settings)
    context.emit({"applied": not dry_run} | steps, _told(steps, dry_run))


def _applied(settings: "Settings") -> dict[str, list[str]]:
    from balise.folder import prepare
    from schema.directory.database import open_directory
    from schema.directory.upgrade import upgrade
    from schema.migrate import migrate
    from schema.store.address import parse
    from schema.store.opening import reach_store

    prepare(settings)
    with (
        closing(open_directory(settings.database)) as directory,
        closing(reach_store(settings)) as store,
    ):
        return {
            "directory": upgrade(directory),
            "events": migrate(store, parse(settings.clickhouse)),
        }


def _pending(settings: "Settings") -> dict[str, list[str]]:
    """Of a store that does not exist yet, all is pending, and looking does not make it."""
    from schema import migrate as events
    from schema.directory import upgrade as people
    from schema.directory.database import NoDirectory, open_directory
    from schema.store import StoreMissing
    from schema.store.address import parse
    from schema.store.opening import reach_store

    steps = {"directory": list(people.NAMES), "events": [str(each) for each in events.released()]}
    with (
        suppress(NoDirectory),
        closing(open_directory(settings.database, create=False)) as directory,
    ):
        steps["directory"] = people.pending(directory)
    with suppress(StoreMissing), closing(reach_store(settings, create=False)) as store:
        steps["events"] = events.pending(store, parse(settings.clickhouse))
    return steps


def _told(steps: dict[str, list[str]], dry_run: bool) -> str:
    state = "pending" if dry_run else "applied"
    lines = [f"{store}: {step} {state}" for store, names in steps.items() for step in names]
    return "\n".join(lines) or "Nothing to do: both stores are up to date."
