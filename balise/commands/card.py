"""`balise card`: what is counted, for whom, and which sites may send for it."""

from operator import attrgetter

import click
from sqlalchemy.engine import Connection

from balise.commands.context import Context, json_option, pass_context, record, table
from balise.commands.records import Kind, add_delete, add_show
from schema.clock import system_clock
from schema.directory import accounts, cards
from schema.directory.cards import Card


@click.group
def command() -> None:
    """Create, list, show and delete cards."""


@command.command("create")
@click.option("--account", required=True, help="The account that holds the card.")
@click.option("--name", required=True, help="The card, as pages show it.")
@click.option("--url", required=True, help="Where the card is, https://….")
@click.option("--zone", required=True, help="Its time zone, such as Europe/Paris.")
@click.option(
    "--origin",
    "origins",
    multiple=True,
    help="A site that may send for it; may be repeated. Else the site of its address.",
)
@click.option("--id", help="The id of the card, 8 letters or digits. Else one is drawn.")
@json_option
@pass_context
def create(
    context: Context,
    account: str,
    name: str,
    url: str,
    zone: str,
    origins: tuple[str, ...],
    id: str | None,
) -> None:
    """Create a card."""
    with context.open_directory_current() as directory, directory.write() as conn:
        card = cards.create(
            conn,
            account=account,
            name=name,
            url=url,
            zone=zone,
            origins=origins,
            now_ms=system_clock(),
            id=id,
        )
        record(conn, "card.create", card.id)
    context.emit(card, f"Card {card.id} created for {card.name}; {card.origins[0]} may send.")


@command.command("list")
@click.option("--account", help="Only the cards of this account.")
@json_option
@pass_context
def list_cards(context: Context, account: str | None) -> None:
    """List cards by name."""
    with context.open_directory_current() as directory, directory.read() as conn:
        if account is not None and accounts.get(conn, account) is None:
            raise accounts.unknown(account)
        found = cards.every(conn) if account is None else cards.of_account(conn, account)
    context.emit(found, table(found, none="No card yet; `balise card create` makes one."))


def _wanted(conn: Connection, id: str) -> Card:
    card = cards.get(conn, id)
    if card is None:
        raise cards.unknown(id)
    return card


KIND = Kind("card", _wanted, attrgetter("name"), cards.delete)
add_show(command, KIND, "Show one card.")
add_delete(
    command, KIND, "Delete a card: nothing is taken in for it any more, and its pages are gone."
)
