"""`balise work`: shipping and daily figures, without pages."""

import click

from balise import logs
from balise.commands.context import Context, pass_context
from schema.clock import system_clock


@click.command
@pass_context
def command(context: Context) -> None:
    """Ship spooled events and keep the daily figures. Stops gently on Ctrl-C or SIGTERM."""
    settings = context.settings()
    logs.start(settings.log_level)
    from balise.serve import work

    work(settings, system_clock)
