"""A rule restored for a card on some days, or withdrawn, without waiting for the change of its
events: that is planned and written down here, and the job `reclassify` does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.enrich.classes import MARK, rules
from pipeline.enrich.networks import FLAG
from pipeline.enrich.restored import spans_of
from pipeline.reclass import Plan, Scope
from pipeline.reclassify import BUSY, Rulebook, begin, plan, under_way, zones_of
from schema.clock import Clock
from schema.days import day_start_ms
from schema.directory import audit, cards, restored
from schema.directory.database import Directory
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


def restore(place: Place, *, card: str, rule: str, first: date, last: date) -> Plan:
    check_rule(rule)
    _check_free(place.directory)
    now_ms = place.clock()
    with place.directory.write() as conn:
        restored.restore(conn, card=card, rule=rule, first=first, last=last, now_ms=now_ms)
        subject = f"{rule} for {card}, {first} to {last}"
        audit.record(conn, actor=place.actor, action="rule.restore", subject=subject, now_ms=now_ms)
    return _begin(place, card, first, last)


def withdraw(place: Place, *, card: str, rule: str) -> Plan:
    _check_free(place.directory)
    with place.directory.write() as conn:
        gone = restored.withdraw(conn, card=card, rule=rule)
        subject = f"{rule} for {card}"
        audit.record(
            conn, actor=place.actor, action="rule.withdraw", subject=subject, now_ms=place.clock()
        )
    return _begin(place, card, min(each.first for each in gone), max(each.last for each in gone))


def _begin(place: Place, card: str, first: date, last: date) -> Plan:
    zones = zones_of(place.directory)
    with place.directory.read() as conn:
        spans = spans_of(restored.every(conn), zones)
    whole = _scope(card, zones, first, last)
    todo = plan(place.store, zones, Rulebook(spans, place.excluded), whole)
    if todo.changes:
        begin(place.directory, todo, place.clock())
    return todo


def _scope(card: str, zones: Mapping[str, str], first: date, last: date) -> Scope:
    if card not in zones:
        raise cards.unknown(card)
    end = last + timedelta(days=1)
    return Scope(day_start_ms(first, zones[card]), day_start_ms(end, zones[card]), card)


def _check_free(directory: Directory) -> None:
    """A plan is made of what is stored: not while another one is changing it."""
    if under_way(directory):
        raise Unavailable(BUSY)
