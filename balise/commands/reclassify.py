"""`balise reclassify`: stored events follow the rules of now; ops restore a rule for a card."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from balise.commands.context import (
    ACTOR,
    DAY,
    Context,
    columns,
    confirm,
    json_option,
    pass_context,
    record,
    yes_option,
)
from schema.clock import system_clock
from schema.days import day_start_ms
from schema.errors import BadInput

if TYPE_CHECKING:
    from pipeline.reclass import Plan, Scope
    from schema.directory.database import Directory
    from schema.directory.restored import Restored

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
EARLIEST_ZONE, LATEST_ZONE = "Etc/GMT-14", "Etc/GMT+12"
"""Where a day begins first, and where it ends last: the days of any card."""


@dataclass(frozen=True, slots=True)
class Asked:
    card: str
    first: date | None
    last: date | None
    restore: str
    withdraw: str

    def __post_init__(self) -> None:
        if self.restore and not (self.card and self.first and self.last):
            raise BadInput("A rule is restored for a card and days: add --card, --from and --to.")
        if self.withdraw and not self.card:
            raise BadInput("What was restored is withdrawn for a card: add --card.")
        if self.restore and self.withdraw:
            raise BadInput("Either restore a rule or withdraw one, not both at once.")


@click.command
@click.option("--card", default="", help="Only this card.")
@click.option("--from", "first", type=DAY, help="The first local day, such as 2026-11-01.")
@click.option("--to", "last", type=DAY, help="The last local day, itself included.")
@click.option("--restore", default="", metavar="RULE", help="Let what this rule caught count.")
@click.option("--withdraw", default="", metavar="RULE", help="Take back what was restored.")
@click.option("--dry-run", is_flag=True, help="Show which events would change, and change nothing.")
@yes_option
@json_option
@pass_context
def command(
    context: Context,
    card: str,
    first: date | None,
    last: date | None,
    restore: str,
    withdraw: str,
    dry_run: bool,
    yes: bool,
) -> None:
    """Give stored events the class that the rules of now give them; their figures follow.

    After the rules have changed: without options. --restore and --withdraw are for one card, whose
    new events are judged accordingly too. Cut short, it goes on when it is run again.
    """
    from pipeline.enrich.networks import open_networks
    from pipeline.enrich.restored import spans_of
    from pipeline.reclassify import Place, Rulebook, plan, reclassify, zones_of
    from schema.store.address import parse

    settings = context.settings()
    asked = Asked(card=card, first=first, last=last, restore=restore, withdraw=withdraw)
    with context.open_stores_current() as (directory, store):
        zones = zones_of(directory)
        whole = _scope(asked, zones)
        excluded = open_networks(settings.datacentres).excluded
        rulebook = Rulebook(spans_of(_restorations(directory, asked), zones), excluded)
        todo = plan(store, zones, rulebook, whole)
        if not dry_run:
            confirm(f"Change the class of {todo.events} events?", yes=yes or not todo.events)
            _write(directory, asked)
            place = Place(store, parse(settings.clickhouse), directory, system_clock, ACTOR)
            todo = reclassify(place, whole, rulebook)
    context.emit(_told(todo, done=not dry_run), _shown(todo, done=not dry_run))


def _scope(asked: Asked, zones: dict[str, str]) -> "Scope":
    """Of all cards: a little more than asked for, since days begin at different times."""
    from pipeline.reclass import Scope
    from schema.directory import cards, restored

    if asked.card and asked.card not in zones:
        raise cards.unknown(asked.card)
    first, last = asked.first or FIRST_DAY, asked.last or LAST_DAY
    if last < first:
        raise restored.turned_round(first, last)
    return Scope(
        day_start_ms(first, zones.get(asked.card, EARLIEST_ZONE)),
        day_start_ms(last + timedelta(days=1), zones.get(asked.card, LATEST_ZONE)),
        asked.card,
    )


def _restorations(directory: "Directory", asked: Asked) -> "list[Restored]":
    """As they will be."""
    from pipeline.restoring import check_rule
    from schema.directory import restored

    with directory.read() as conn:
        every = restored.every(conn)
    if asked.restore and asked.first and asked.last:
        check_rule(asked.restore)
        span = (asked.first, asked.last)
        every.append(restored.Restored(asked.card, asked.restore, *span, system_clock()))
    return [each for each in every if (each.card, each.rule) != (asked.card, asked.withdraw)]


def _write(directory: "Directory", asked: Asked) -> None:
    from schema.directory import restored

    with directory.write() as conn:
        if asked.restore and asked.first and asked.last:
            restored.restore(
                conn,
                card=asked.card,
                rule=asked.restore,
                first=asked.first,
                last=asked.last,
                now_ms=system_clock(),
            )
            days = f"{asked.first} to {asked.last}"
            record(conn, "rule.restore", f"{asked.restore} for {asked.card}, {days}")
        if asked.withdraw:
            restored.withdraw(conn, card=asked.card, rule=asked.withdraw)
            record(conn, "rule.withdraw", f"{asked.withdraw} for {asked.card}")


def _lines(todo: "Plan") -> Counter[tuple[str, str, str, str]]:
    """Events by what they are and become."""
    lines: Counter[tuple[str, str, str, str]] = Counter()
    for change in todo.changes:
        lines[change.class_, change.rule, change.new_class, change.new_rule] += change.events
    return lines


def _told(todo: "Plan", *, done: bool) -> dict[str, Any]:
    names = ("class", "rule", "new_class", "new_rule")
    lines = [
        dict(zip(names, line, strict=True)) | {"events": n} for line, n in _lines(todo).items()
    ]
    days = [{"card": card, "day": day.isoformat()} for card, day in todo.days]
    return {"done": done, "events": todo.events, "changes": lines, "days": days}


def _shown(todo: "Plan", *, done: bool) -> str:
    if not todo.changes:
        return "Every stored event has the class that the rules of now give it."
    head = ("class", "rule", "becomes", "rule", "events")
    rows = [(*(text or "-" for text in line), str(n)) for line, n in _lines(todo).items()]
    end = "Their figures are computed again." if done else "Nothing was changed."
    return f"{columns([head, *rows])}\n{len(todo.days)} days of cards are concerned. {end}"
