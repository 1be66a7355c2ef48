"""`balise work`: shipping and daily figures, without pages."""

import click

from balise import logs
from balise.commands.context import Context, pass_context
from schema.clock import system_clock


@click.command
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="Answer /healthz, /readyz and /metrics there, for watchdogs.",
)
@pass_context
def command(context: Context, port: int | None) -> None:
    """Ship spooled events and keep the daily figures. Stops gently on Ctrl-C or SIGTERM."""
    settings = context.settings()
    logs.start(settings.log_level)
    from balise.serve import work

    work(settings, system_clock, port=port)
