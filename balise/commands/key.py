"""`balise key`: who may use the API. The secret is shown once and kept nowhere."""

from dataclasses import asdict

import click
from sqlalchemy.engine import Connection

from balise.commands.context import (
    Context,
    confirm,
    json_option,
    pass_context,
    record,
    sheet,
    table,
    yes_option,
)
from schema.clock import system_clock
from schema.directory import keys
from schema.directory.keys import Key


@click.group
def command() -> None:
    """Create, list, show and delete API keys."""


@command.command("create")
@click.option("--label", required=True, help="What the key is for, to know it again.")
@click.option("--account", help="The account that the key acts for.")
@click.option("--ops", is_flag=True, help="Instead of --account: the key acts for all of them.")
@json_option
@pass_context
def create(context: Context, label: str, account: str | None, ops: bool) -> None:
    """Create a key and show its secret, this once."""
    scope = "ops" if ops else "account"
    with context.open_directory_current() as directory, directory.write() as conn:
        key, secret = keys.create(
            conn, scope=scope, account=account, label=label, now_ms=system_clock()
        )
        record(conn, "key.create", key.id)
    context.emit(
        asdict(key) | {"secret": secret},
        f"Key {key.id} created. Its secret, which is shown this once:\n{secret}",
    )


@command.command("list")
@json_option
@pass_context
def list_keys(context: Context) -> None:
    """List keys by label, without their secrets."""
    with context.open_directory_current() as directory, directory.read() as conn:
        found = keys.every(conn)
    context.emit(found, table(found, none="No key yet; `balise key create` makes one."))


@command.command("show")
@click.argument("id")
@json_option
@pass_context
def show(context: Context, id: str) -> None:
    """Show one key, without its secret."""
    with context.open_directory_current() as directory, directory.read() as conn:
        key = _wanted(conn, id)
    context.emit(key, sheet(key))


@command.command("delete")
@click.argument("id")
@yes_option
@json_option
@pass_context
def delete(context: Context, id: str, yes: bool) -> None:
    """Delete a key: whoever uses it is refused from now on."""
    with context.open_directory_current() as directory:
        with directory.read() as conn:
            key = _wanted(conn, id)
        confirm(f"Delete the key {key.label} ({id})?", yes=yes)
        with directory.write() as conn:
            keys.delete(conn, id)
            record(conn, "key.delete", id)
    context.emit({"deleted": id}, f"Key {id} deleted.")


def _wanted(conn: Connection, id: str) -> Key:
    key = keys.get(conn, id)
    if key is None:
        raise keys.unknown(id)
    return key
