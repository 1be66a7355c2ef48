"""`balise ledger`: what was received for each card and day, what became of it, does it balance."""

from dataclasses import asdict, fields
from datetime import date, datetime

import click
import orjson

from balise.commands.context import Context, columns, json_option, pass_context
from schema.errors import BaliseError

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command
@click.option("--card", help="Only this card.")
@click.option("--from", "first", type=DAY, help="The first local day, such as 2026-11-01.")
@click.option("--to", "last", type=DAY, help="The last local day, itself included.")
@json_option
@pass_context
def command(
    context: Context, card: str | None, first: datetime | None, last: datetime | None
) -> None:
    """Show what was received and what became of it. Ends with 1 when it does not balance.

    received = human + automatic + duplicate + objected + invalid + pending, always.
    """
    from contextlib import closing

    from pipeline.late import ZoneBook
    from pipeline.ledger import Line, read_ledger
    from schema.store.opening import reach_store

    settings = context.settings()
    since, until = first.date() if first else date.min, last.date() if last else date.max
    with (
        context.open_directory_current() as directory,
        closing(reach_store(settings)) as store,
    ):
        every = read_ledger(store, settings.spool, ZoneBook(directory).zones())
    lines = [line for line in every if card in (None, line.card) and since <= line.day <= until]
    balanced = not any(line.missing for line in lines)
    if context.as_json:
        shown = [asdict(line) | {"missing": line.missing} for line in lines]
        click.echo(orjson.dumps({"balanced": balanced, "lines": shown}))
    else:
        head = (*(field.name for field in fields(Line)), "missing")
        rows = [(*map(str, asdict(line).values()), str(line.missing)) for line in lines]
        click.echo(columns([head, *rows]))
    if not balanced:
        raise BaliseError("The ledger does not balance: see the column `missing`.")
    if not context.as_json:
        click.echo("It balances.")
