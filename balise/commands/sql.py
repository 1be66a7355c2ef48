"""`balise sql`: a question to the event store. Reading only, whatever the statement says."""

import sys

import click
import orjson

from balise.commands.context import Context, columns, json_option, pass_context
from schema.errors import BadInput


@click.command
@click.argument("statement", required=False)
@json_option
@pass_context
def command(context: Context, statement: str | None) -> None:
    """Ask the event store a question, in ClickHouse SQL. Without STATEMENT it is read from stdin.

    Times are UTC. Tables: events, visits, card_days, card_hours, card_dims, ledger,
    quarantine, migrations.
    """
    if statement is None:
        statement = "" if sys.stdin.isatty() else sys.stdin.read()
    if not statement.strip():
        raise BadInput("Give a statement, for example: balise sql 'SELECT count() FROM events'.")
    from contextlib import closing

    from schema.store.opening import reach_store

    with closing(reach_store(context.settings(), create=False)) as store:
        answer = store.ask(statement)
    if context.as_json:
        click.echo(orjson.dumps(answer.to_dicts(), default=str))
        return
    rows = [tuple(_text(value) for value in row) for row in answer.iter_rows()]
    click.echo(columns([tuple(answer.columns), *rows]))


def _text(value: object) -> str:
    return "" if value is None else str(value)
