"""`balise account`: who bought which tier."""

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
from schema.directory import accounts, cards, users
from schema.directory.accounts import Account
from schema.directory.checks import LOCALES
from schema.tiers import TIERS


@click.group
def command() -> None:
    """Create, list, show and delete customer accounts."""


@command.command("create")
@click.option("--name", required=True, help="The customer, as pages show it.")
@click.option("--tier", required=True, help=f"What was bought: {', '.join(TIERS)}.")
@click.option("--locale", default=LOCALES[0], show_default=True, help=f"{' or '.join(LOCALES)}.")
@json_option
@pass_context
def create(context: Context, name: str, tier: str, locale: str) -> None:
    """Create an account. Its cards and users come next."""
    with context.open_directory_current() as directory, directory.write() as conn:
        account = accounts.create(conn, name=name, tier=tier, locale=locale, now_ms=system_clock())
        record(conn, "account.create", account.id)
    context.emit(account, f"Account {account.id} created for {account.name}.")


@command.command("list")
@json_option
@pass_context
def list_accounts(context: Context) -> None:
    """List all accounts by name."""
    with context.open_directory_current() as directory, directory.read() as conn:
        found = accounts.every(conn)
    context.emit(found, table(found, none="No account yet; `balise account create` makes one."))


@command.command("show")
@click.argument("id")
@json_option
@pass_context
def show(context: Context, id: str) -> None:
    """Show one account."""
    with context.open_directory_current() as directory, directory.read() as conn:
        account = _wanted(conn, id)
    context.emit(account, sheet(account))


@command.command("delete")
@click.argument("id")
@yes_option
@json_option
@pass_context
def delete(context: Context, id: str, yes: bool) -> None:
    """Delete an account with its cards, users and keys. Its users are logged out at once."""
    with context.open_directory_current() as directory:
        with directory.read() as conn:
            account = _wanted(conn, id)
            its_cards = cards.of_account(conn, id)
            its_users = [user for user in users.every(conn) if user.account == id]
        confirm(
            f"Delete the account {account.name} ({id}), its cards ({len(its_cards)}) and its "
            f"users ({len(its_users)})?",
            yes=yes,
        )
        with directory.write() as conn:
            accounts.delete(conn, id)
            record(conn, "account.delete", id)
    context.emit({"deleted": id}, f"Account {id} deleted.")


def _wanted(conn: Connection, id: str) -> Account:
    account = accounts.get(conn, id)
    if account is None:
        raise accounts.unknown(id)
    return account
