"""`balise collect`: intake alone, as many times as needed, over the same data folder."""

import click

from balise import logs
from balise.commands.context import Context, pass_context
from schema.clock import system_clock


@click.command
@pass_context
def command(context: Context) -> None:
    """Take events in and spool them; a `serve` or a `work` over the same folder ships them."""
    settings = context.settings()
    logs.start(settings.log_level)
    from balise.serve import collect

    collect(settings, system_clock)
