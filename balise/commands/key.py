"""`balise key`: who may use the API. The secret is shown once and kept nowhere."""

from dataclasses import asdict
from operator import attrgetter

import click
from sqlalchemy.engine import Connection

from balise.commands.context import Context, json_option, pass_context, record, table
from balise.commands.records import Kind, add_delete, add_show
from schema.clock import system_clock
from schema.directory import keys
from schema.directory.keys import Key
from schema.errors import BadInput


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
    if not ops and account is None:
        raise BadInput("Say whom the key acts for: --account ID, or --ops for every account.")
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


def _wanted(conn: Connection, id: str) -> Key:
    key = keys.get(conn, id)
    if key is None:
        raise keys.unknown(id)
    return key


KIND = Kind("key", _wanted, attrgetter("label"), keys.delete)
add_show(command, KIND, "Show one key, without its secret.")
add_delete(command, KIND, "Delete a key: whoever uses it is refused from now on.")
