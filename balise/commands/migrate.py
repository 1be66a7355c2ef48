"""`balise migrate`: what the stores' schemas need, and applying it."""

import os
from contextlib import closing
from pathlib import Path

import click
import orjson

from balise.folder import prepare
from schema.settings import load


@click.command
@click.option("--dry-run", is_flag=True, help="Show what is pending and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="The answer for a machine.")
def command(dry_run: bool, as_json: bool) -> None:
    """Show and apply what the directory and the event store need. Safe to run twice, and from two
    processes at once."""
    from schema import migrate as events
    from schema.directory import upgrade as directory
    from schema.directory.database import open_directory
    from schema.store.address import parse
    from schema.store.opening import reach_store

    settings = load(os.environ, Path.cwd())
    prepare(settings)
    address = parse(settings.clickhouse)
    with (
        closing(open_directory(settings.database)) as people,
        closing(reach_store(settings)) as store,
    ):
        done = {
            "directory": (directory.pending if dry_run else directory.upgrade)(people),
            "events": (events.pending if dry_run else events.migrate)(store, address),
        }
    if as_json:
        click.echo(orjson.dumps({"applied": not dry_run} | done))
        return
    for name, steps in done.items():
        for step in steps:
            click.echo(f"{name}: {step} {'is pending' if dry_run else 'applied'}")
    if not any(done.values()):
        click.echo("Nothing to do: both stores are up to date.")
