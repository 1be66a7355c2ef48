"""`balise account`: who bought which tier."""

from operator import attrgetter

import click
from sqlalchemy.engine import Connection

from balise.commands.context import Context, json_option, pass_context, record, table
from balise.commands.records import Kind, add_delete, add_show
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


def _wanted(conn: Connection, id: str) -> Account:
    account = accounts.get(conn, id)
    if account is None:
        raise accounts.unknown(id)
    return account


def _also(conn: Connection, account: Account) -> str:
    its_cards = len(cards.of_account(conn, account.id))
    its_users = sum(user.account == account.id for user in users.every(conn))
    return f", its cards ({its_cards}) and its users ({its_users})"


KIND = Kind("account", _wanted, attrgetter("name"), accounts.delete, _also)
add_show(command, KIND, "Show one account.")
add_delete(
    command,
    KIND,
    "Delete an account with its cards, users and keys. Its users are logged out at once.",
)
