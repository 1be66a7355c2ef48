"""`balise serve`: intake, shipping, figures and pages in one process on one port."""

import click

from balise import logs
from balise.commands.context import Context, pass_context
from schema.clock import system_clock


@click.command
@click.option("--demo", is_flag=True, help="Load demo data first, and keep a few visits coming.")
@pass_context
def command(context: Context, demo: bool) -> None:
    """Run everything in one process: intake, figures, pages. Stops gently on Ctrl-C or SIGTERM."""
    settings = context.settings()
    logs.start(settings.log_level)
    from balise.serve import serve

    serve(settings, system_clock, demo=demo)
