"""`balise erase`: a card, an account or a visitor, out of both stores, for good."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from balise.commands.context import ACTOR, Context, confirm, json_option, pass_context, yes_option
from balise.commands.context import record as audited
from schema.clock import system_clock
from schema.errors import BadInput

if TYPE_CHECKING:
    from pipeline.erase import Place, Rows
    from schema.directory.database import Directory

INTAKE_S = 2.0
"""Until every collector has learned that a card is gone, and its last answer is given."""


@click.group
def command() -> None:
    """Erase a card, an account or a visitor: what is stored, figures and all, and the files too.

    Backups made before still hold it. The receipt is in the audit trail.
    """


@command.command("card")
@click.argument("id", metavar="CARD")
@yes_option
@json_option
@pass_context
def card(context: Context, id: str, yes: bool) -> None:
    """Erase a card and all that was ever counted for it. Again for a card that is gone: what came
    late."""
    from schema.ids import is_card_id

    if not is_card_id(id):
        raise BadInput(f"{id!r} is not the id of a card; `balise card list` shows them.")
    confirm(f"Erase the card {id} with all its events and figures, for good?", yes=yes)
    with _place(context) as place:
        gone = _erase_cards(context, place, [id])
    deleted = _summed(gone)
    context.emit({"erased": [*gone], "rows": deleted}, f"Erased {_named(gone)}: {_told(deleted)}.")


@command.command("account")
@click.argument("id", metavar="ACCOUNT")
@yes_option
@json_option
@pass_context
def account(context: Context, id: str, yes: bool) -> None:
    """Erase an account with its cards, users and keys, and all that was ever counted.

    Killed half way, run it again: it goes on where it was.
    """
    from schema.directory import accounts, cards

    with _place(context) as place:
        with place.directory.read() as conn:
            accounts.require(conn, id)
            ids = [each.id for each in cards.of_account(conn, id)]
        confirm(f"Erase the account {id} with its cards ({len(ids)}), for good?", yes=yes)
        gone = _erase_cards(context, place, ids)
        with place.directory.write() as conn:
            accounts.delete(conn, id)
            audited(conn, "erase.account", id)
        place.directory.empty_log()
    deleted = _summed(gone)
    context.emit(
        {"erased": [*gone], "account": id, "rows": deleted},
        f"Erased the account {id}, {_named(gone)}: {_told(deleted)}.",
    )


@command.command("visitor")
@click.option("--card", "id", required=True, help="The card that was visited.")
@json_option
@pass_context
def visitor(context: Context, id: str) -> None:
    """Erase one visitor of the last days, who tells the address and the user agent of then.

    Both are asked for, or read from the input as two lines; neither is written anywhere. Older
    events cannot be found by anybody: the key of their day is gone.
    """
    from collector.visitors import canonical
    from pipeline.erase import erase_visitor
    from pipeline.roll import roll_closed_days
    from schema.directory import cards

    with _place(context) as place:
        with place.directory.read() as conn:
            if cards.get(conn, id) is None:
                raise cards.unknown(id)
        address = canonical(click.prompt("Address of the visitor", err=True))
        agent = click.prompt("User agent", err=True, default="", show_default=False)
        if not address:
            raise BadInput(
                "That is not an IP address; the visitor's browser had one, such as 203.0.113.7."
            )
        _drain(context, place)
        deleted = erase_visitor(place, id, _ids(place.directory, id, address, agent))
        if deleted["visits"]:
            roll_closed_days(place.store, place.directory, place.clock())
    found = "" if deleted["events"] else " Nothing is stored under an id of the last days."
    context.emit(
        {"card": id, "rows": deleted}, f"Erased a visitor of {id}: {_told(deleted)}.{found}"
    )


def _ids(directory: "Directory", card: str, address: str, agent: str) -> list[int]:
    """One for each date whose salt lives."""
    from collector.clean import agent as cleaned
    from collector.visitors import visitor_id
    from schema.directory import salts

    with directory.read() as conn:
        living = salts.living(conn)
    said = cleaned(agent.encode("latin-1", errors="replace"))
    return [visitor_id(salt, card, address, said) for salt in living]


def _erase_cards(context: Context, place: "Place", ids: list[str]) -> dict[str, "Rows"]:
    """First nothing more is taken in for them, then what was taken in is stored, then all goes.

    What an erasure that was killed had begun goes with it: its cards are in the directory no more,
    so nobody else would know whose they were. Gives what went, by card.
    """
    from pipeline.erase import erase_card
    from schema.directory import cards, erasures

    with place.directory.write() as conn:
        for id in ids:
            if cards.get(conn, id) is not None:
                cards.delete(conn, id)
            erasures.ask(conn, erasures.Erasure(id, ACTOR, place.clock()))
            audited(conn, "erase.begin", id)
        begun = [each.card for each in erasures.every(conn)]
    if begun:
        time.sleep(INTAKE_S)
        _drain(context, place)
    return {id: erase_card(place, id) for id in begun}


def _drain(context: Context, place: "Place") -> None:
    from pipeline.drain import drain
    from pipeline.enrich import Enricher
    from pipeline.enrich.known import open_known
    from pipeline.ship import Shipper

    settings = context.settings()
    enrich = Enricher(open_known(settings, place.directory))
    with closing(
        Shipper(settings.spool, place.store, place.directory, enrich, place.clock)
    ) as shipper:
        drain(settings.spool, shipper, place.clock())


@contextmanager
def _place(context: Context) -> "Iterator[Place]":
    from pipeline.erase import Place
    from schema.store.address import parse

    address = parse(context.settings().clickhouse)
    with context.open_stores_current() as (directory, store):
        yield Place(store, address, directory, system_clock, ACTOR)


def _summed(gone: dict[str, "Rows"]) -> "Rows":
    tables = dict.fromkeys(table for rows in gone.values() for table in rows)
    return {table: sum(rows[table] for rows in gone.values()) for table in tables}


def _named(gone: dict[str, "Rows"]) -> str:
    return f"cards {', '.join(gone)}" if gone else "no card"


def _told(rows: "Rows") -> str:
    return ", ".join(f"{table} {n}" for table, n in rows.items()) or "nothing was stored"
