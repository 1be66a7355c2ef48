"""`balise ledger`: what was received for each card and day, what became of it, does it balance."""

from dataclasses import asdict, fields
from datetime import date

import click
import orjson

from balise.commands.context import DAY, Context, columns, json_option, pass_context
from schema.errors import BaliseError


@click.command
@click.option("--card", help="Only this card.")
@click.option("--from", "first", type=DAY, help="The first local day, such as 2026-11-01.")
@click.option("--to", "last", type=DAY, help="The last local day, itself included.")
@json_option
@pass_context
def command(context: Context, card: str | None, first: date | None, last: date | None) -> None:
    """Show what was received and what became of it. Ends with 1 when it does not balance.

    received = human + automatic + duplicate + objected + invalid + pending, always: for each card,
    over all its days. A change of its time zone may lend from one day to the next.
    """
    from pipeline.late import ZoneBook
    from pipeline.ledger import FIRST_DAY, LAST_DAY, Line, Scope, read_ledger, read_missing
    from pipeline.watch import imbalances

    settings = context.settings()
    chosen = Scope(
        only=card or "",
        first=first or FIRST_DAY,
        last=last or LAST_DAY,
    )
    with context.open_stores_current() as (directory, store):
        zones = ZoneBook(directory).zones()
        lines = read_ledger(store, settings.spool, zones, chosen)
        missing = read_missing(store, settings.spool, zones)
    troubles = imbalances({each: n for each, n in missing.items() if card in (None, each)})
    if context.as_json:
        shown = [asdict(line) | {"missing": line.missing} for line in lines]
        click.echo(orjson.dumps({"balanced": not troubles, "lines": shown}))
    else:
        head = (*(field.name for field in fields(Line)), "missing")
        rows = [(*map(str, asdict(line).values()), str(line.missing)) for line in lines]
        click.echo(columns([head, *rows]))
    if troubles:
        raise BaliseError(" ".join(map(str, troubles)))
    if not context.as_json:
        click.echo("It balances.")
