"""A rule restored for a card on some days, or withdrawn, without waiting for the change of its
events: that is planned and written down here, and the job `reclassify` does it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.engine import Connection

from pipeline.enrich.classes import MARK, rules
from pipeline.enrich.networks import FLAG
from pipeline.enrich.restored import spans_of
from pipeline.late import ZoneBook
from pipeline.preview import Preview, preview_of
from pipeline.reclass import Plan, Scope
from pipeline.reclassify import BUSY, Rulebook, packed, plan, under_way, zones_of
from schema.clock import Clock
from schema.days import day_start_ms
from schema.directory import audit, cards, reclassifications, restored
from schema.directory.database import Directory
from schema.directory.restored import Restored
from schema.errors import BadInput, Unavailable
from schema.store import EventStore


@dataclass(frozen=True, slots=True)
class Place:
    store: EventStore
    directory: Directory
    clock: Clock
    actor: str
    excluded: frozenset[str]
    """Networks whose flag does not count, of the list of data centres."""


def known_rules() -> list[str]:
    return [each.id for each in rules().rules]


def check_rule(rule: str) -> None:
    if rule not in known_rules() and not rule.startswith((MARK, FLAG)):
        raise BadInput(f"There is no rule {rule!r}; there are {', '.join(known_rules())}.")


def preview(place: Place, *, card: str, rule: str, first: date, last: date) -> Preview:
    """What `restore` would change as things are; nothing is written."""
    check_rule(rule)
    new = Restored(card, rule, first, last, place.clock())
    todo = _plan(place, [*_every(place.directory), new], card, first, last)
    return preview_of(place.store, ZoneBook(place.directory).zones(), todo)


def restore(place: Place, *, card: str, rule: str, first: date, last: date) -> Plan:
    """The restoration and what it changes are written down together, or neither is."""
    check_rule(rule)
    _check_free(place.directory)
    now_ms = place.clock()
    new = Restored(card, rule, first, last, now_ms)
    todo = _plan(place, [*_every(place.directory), new], card, first, last)
    with place.directory.write() as conn:
        restored.restore(conn, card=card, rule=rule, first=first, last=last, now_ms=now_ms)
        subject = f"{rule} for {card}, {first} to {last}"
        audit.record(conn, actor=place.actor, action="rule.restore", subject=subject, now_ms=now_ms)
        _begin(conn, todo, now_ms)
    return todo


def withdraw(place: Place, *, card: str, rule: str) -> Plan:
    _check_free(place.directory)
    now_ms = place.clock()
    every = _every(place.directory)
    gone = restored.of(every, card=card, rule=rule)
    first, last = min(each.first for each in gone), max(each.last for each in gone)
    todo = _plan(place, [each for each in every if each not in gone], card, first, last)
    with place.directory.write() as conn:
        restored.withdraw(conn, card=card, rule=rule)
        subject = f"{rule} for {card}"
        audit.record(
            conn, actor=place.actor, action="rule.withdraw", subject=subject, now_ms=now_ms
        )
        _begin(conn, todo, now_ms)
    return todo


def _every(directory: Directory) -> list[Restored]:
    with directory.read() as conn:
        return restored.every(conn)


def _plan(
    place: Place, restorations: Sequence[Restored], card: str, first: date, last: date
) -> Plan:
    """What changes on these days of the card once these restorations hold."""
    zones = zones_of(place.directory)
    whole = _scope(card, zones, first, last)
    rulebook = Rulebook(spans_of(restorations, zones), place.excluded)
    return plan(place.store, zones, rulebook, whole)


def _begin(conn: Connection, todo: Plan, now_ms: int) -> None:
    if todo.changes:
        reclassifications.begin(conn, todo.token, packed(todo), now_ms)


def _scope(card: str, zones: Mapping[str, str], first: date, last: date) -> Scope:
    if card not in zones:
        raise cards.unknown(card)
    if last < first:
        raise restored.turned_round(first, last)
    end = last + timedelta(days=1)
    return Scope(day_start_ms(first, zones[card]), day_start_ms(end, zones[card]), card)


def _check_free(directory: Directory) -> None:
    """A plan is made of what is stored: not while another one is changing it."""
    if under_way(directory):
        raise Unavailable(BUSY)
