"""`balise collect`: intake alone, as many times as needed, over the same data folder."""

import click

from balise import logs
from balise.commands.context import Context, pass_context
from schema.clock import system_clock


@click.command
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that share the port, each with a spool of its own.",
)
@pass_context
def command(context: Context, workers: int) -> None:
    """Take events in and spool them; a `serve` or a `work` over the same folder ships them."""
    settings = context.settings()
    logs.start(settings.log_level)
    from balise.serve import collect

    collect(settings, system_clock, workers=workers)
