"""`balise item`: the printed and shared things that lead to a card, each with a link of its own."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

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
from dashboard.qr import LEVELS, Look, png, svg
from schema.clock import system_clock
from schema.directory import cards, items
from schema.directory.items import Item
from schema.errors import BadInput
from schema.items import short_link
from schema.wire import MEDIA

FORMATS = ("svg", "png")


@click.group
def command() -> None:
    """Create, list, show and revoke items, and draw their QR codes."""


@command.command("create")
@click.option("--card", required=True, help="The card that it leads to.")
@click.option("--medium", required=True, help=f"What it is: {', '.join(MEDIA)}.")
@click.option("--label", required=True, help="To know it again: a print batch, a stand, a poster.")
@json_option
@pass_context
def create(context: Context, card: str, medium: str, label: str) -> None:
    """Create an item and show its short link."""
    with context.open_directory_current() as directory, directory.write() as conn:
        item = items.create(conn, card=card, medium=medium, label=label, now_ms=system_clock())
        record(conn, "item.create", item.code)
    data = _data(context, item)
    context.emit(data, f"Item {item.code} created for {item.label}; it is {data['link']}.")


@command.command("list")
@click.option("--card", help="Only the items of this card.")
@json_option
@pass_context
def list_items(context: Context, card: str | None) -> None:
    """List items by card, the oldest first."""
    with context.open_directory_current() as directory, directory.read() as conn:
        if card is not None and cards.get(conn, card) is None:
            raise cards.unknown(card)
        found = items.every(conn) if card is None else items.of_card(conn, card)
    context.emit(
        [_data(context, item) for item in found],
        table(found, none="No item yet; `balise item create` makes one."),
    )


@command.command("show")
@click.argument("code")
@json_option
@pass_context
def show(context: Context, code: str) -> None:
    """Show one item."""
    with context.open_directory_current() as directory, directory.read() as conn:
        item = _wanted(conn, code)
    data = _data(context, item)
    context.emit(data, f"{sheet(item)}\n{data['link']}")


@command.command("revoke")
@click.argument("code")
@yes_option
@json_option
@pass_context
def revoke(context: Context, code: str, yes: bool) -> None:
    """Revoke an item: whoever scans it reads that it is no longer in use."""
    with context.open_directory_current() as directory:
        with directory.read() as conn:
            item = _wanted(conn, code)
        confirm(f"Revoke the item {item.label} ({code})? Its prints lead nowhere then.", yes=yes)
        with directory.write() as conn:
            item = items.revoke(conn, code, system_clock())
            record(conn, "item.revoke", code)
    context.emit(_data(context, item), f"Item {code} revoked.")


@command.command("qr")
@click.argument("code")
@click.option("--out", type=click.Path(path_type=Path), help="The file. Else CODE.FORMAT here.")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="svg", show_default=True)
@click.option("--colour", default="#000000", show_default=True, help="Of the dark parts.")
@click.option(
    "--level", type=click.Choice(LEVELS), help="Error level; m, or h with room for a logo."
)
@click.option("--logo", is_flag=True, help="Leave the middle white, for a logo.")
@json_option
@pass_context
def qr(
    context: Context,
    code: str,
    out: Path | None,
    kind: str,
    colour: str,
    level: Any,
    logo: bool,
) -> None:
    """Draw the QR code of an item into a file, for the printer."""
    look = Look(colour, level or ("h" if logo else "m"), logo)
    with context.open_directory_current() as directory, directory.read() as conn:
        item = _wanted(conn, code)
    if item.revoked_ms is not None:
        raise BadInput(f"The item {code!r} is revoked; create another one to print.")
    link = _link(context, item)
    file = out or Path(f"{code}.{kind}")
    try:
        file.write_bytes(png(link, look) if kind == "png" else svg(link, look).encode())
    except OSError as error:
        raise BadInput(
            f"{file} cannot be written ({error.strerror}); name a file with --out."
        ) from None
    context.emit({"file": str(file), "link": link}, f"{file} leads to {link}.")


def _data(context: Context, item: Item) -> dict[str, Any]:
    return asdict(item) | {"link": _link(context, item)}


def _link(context: Context, item: Item) -> str:
    return short_link(context.settings().origin, item.code)


def _wanted(conn: Connection, code: str) -> Item:
    item = items.get(conn, code)
    if item is None:
        raise items.unknown(code)
    return item
