"""`balise rollup`: brings the figures of closed days up to date, now."""

import click

from balise.commands.context import Context, json_option, pass_context


@click.command
@json_option
@pass_context
def command(context: Context) -> None:
    """Compute the local days that have ended or got late events.

    The service does it by itself every few minutes; twice gives the same.
    """
    from pipeline.roll import roll_closed_days
    from schema.clock import system_clock

    with context.open_stores_current() as (directory, store):
        days = roll_closed_days(store, directory, system_clock())
    context.emit({"days": days}, f"Days of cards computed: {days}.")
