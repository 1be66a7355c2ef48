"""Makes stored events what the rules and restorations of now say they are.

Which change is told by `pipeline/reclass.py`. This is the order in which they do, so that a kill at
any instant leaves nothing half:

1. find which agents change from which rule and class to which, on which days of which cards, and
   what that moves in the ledger; write all of it down in the directory;
2. change the events: one mutation for some hundred agents at a time, which the engine applies to
   each part as a whole and goes on with by itself when it is started again. What is changed already
   matches no more, so doing it twice is doing it once;
3. move the ledger's counts, once for ever, under the token;
4. mark the days for the rollups, write the receipt and forget the plan, in one transaction.

An event that a server of older rules stores meanwhile is found by the next run.
"""

import secrets
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import polars as pl

from pipeline.enrich.classes import rules
from pipeline.flush import is_stored, ledger_rows
from pipeline.outcomes import AUTOMATIC, HUMAN, NO_CARD_ZONE
from pipeline.reclass import Change, Plan, Scope, changes, scopes
from pipeline.spools import Flush
from schema.clock import Clock
from schema.days import local_day
from schema.ddl import on_cluster, stored_table
from schema.directory import audit, cards, leases, reclassifications, rollup_state
from schema.directory.database import Directory
from schema.store import EventStore
from schema.store.address import Address

IMPORTED = "import"
"""The rule of events that came from files, whose class was told there."""
BUSY = "Figures are being computed by another process; try again in a minute."
QUARTER_S = 900
"""Days of all zones begin at a whole quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Place:
    store: EventStore
    address: Address
    directory: Directory
    clock: Clock
    actor: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What decides, beside `rules.toml`."""

    spans: pl.DataFrame
    """Restorations, as `restored.py` gives them."""
    excluded: frozenset[str] = frozenset()


def plan(store: EventStore, zones: Mapping[str, str], rulebook: Rulebook, whole: Scope) -> Plan:
    found = [
        change
        for scope in scopes(whole, rulebook.spans)
        for change in changes(_agents_of(store, scope), scope, rulebook.excluded)
    ]
    days: set[tuple[str, date]] = set()
    ledger: Counter[tuple[str, str, str]] = Counter()
    for change in found:
        if not change.turns:
            continue
        for card, at, received, n in _moments(store, change):
            if card in zones:
                days.add((card, local_day(at, zones[card])))
            day = local_day(received, zones.get(card, NO_CARD_ZONE)).isoformat()
            ledger[day, card, HUMAN] += n * change.turns
            ledger[day, card, AUTOMATIC] -= n * change.turns
    return Plan(
        token=secrets.token_hex(16),
        changes=tuple(found),
        days=tuple(sorted(days)),
        ledger=tuple((*key, n) for key, n in sorted(ledger.items()) if n),
    )


def reclassify(place: Place, whole: Scope, rulebook: Rulebook) -> Plan:
    """First ends what was begun before and not ended."""
    with _alone(place) as prolong:
        _end_left(place, prolong)
        todo = plan(place.store, zones_of(place.directory), rulebook, whole)
        if todo.changes:
            begin(place.directory, todo, place.clock())
            finish(place, todo, prolong)
    return todo


def end_left(place: Place) -> int:
    """Ends what was cut short. Gives how many events it was about."""
    if not under_way(place.directory):
        return 0
    with _alone(place) as prolong:
        return _end_left(place, prolong)


def _end_left(place: Place, prolong: Callable[[], None]) -> int:
    left = under_way(place.directory)
    for todo in left:
        finish(place, todo, prolong)
    return sum(todo.events for todo in left)


def _alone(place: Place) -> AbstractContextManager[Callable[[], None]]:
    """Neither are figures computed nor old events dropped meanwhile."""
    return leases.held_through(place.directory, "rollups", place.clock, busy=BUSY)


def begin(directory: Directory, todo: Plan, now_ms: int) -> None:
    with directory.write() as conn:
        reclassifications.begin(conn, todo.token, packed(todo), now_ms)


def packed(todo: Plan) -> bytes:
    """As the directory keeps it."""
    return zlib.compress(msgspec.msgpack.encode(todo))


def under_way(directory: Directory) -> list[Plan]:
    """Those that were begun and not ended: their process was killed, or the store went away."""
    with directory.read() as conn:
        every = reclassifications.under_way(conn)
    return [msgspec.msgpack.decode(zlib.decompress(each), type=Plan) for each in every]


def finish(place: Place, todo: Plan, prolong: Callable[[], None]) -> None:
    """From wherever it stands. Every step may be done twice."""
    table = f"{stored_table('events', place.address)}{on_cluster(place.address)}"
    for change in todo.changes:
        prolong()
        place.store.run(_mutation(table, change), change.parameters | _new(change))
    moved = Flush(todo.token, {(day, card, outcome): n for day, card, outcome, n in todo.ledger})
    if moved.counts and not is_stored(moved, place.store):
        place.store.insert("ledger", ledger_rows(moved, place.clock()), token=moved.token)
    with place.directory.write() as conn:
        rollup_state.mark_late(conn, todo.days)
        audit.record(
            conn,
            actor=place.actor,
            action="reclassify",
            subject=receipt(todo),
            now_ms=place.clock(),
        )
        reclassifications.end(conn, todo.token)


def zones_of(directory: Directory) -> dict[str, str]:
    with directory.read() as conn:
        return {card.id: card.zone for card in cards.every(conn)}


def receipt(todo: Plan) -> str:
    became = Counter[str]()
    for change in todo.changes:
        became[f"{change.class_} -> {change.new_class}"] += change.events
    told = ", ".join(f"{n} {turn}" for turn, n in sorted(became.items()))
    return f"{told}; {len(todo.days)} days of cards; rules {rules().version}; {todo.token}"


def _agents_of(store: EventStore, scope: Scope) -> pl.DataFrame:
    return store.frame(
        "SELECT toString(agent) AS agent, toString(rule) AS rule, toString(class) AS class,"
        f" count() AS n FROM events WHERE {scope.where} AND rule != '{IMPORTED}'"
        " GROUP BY agent, rule, class"
    )


def _moments(store: EventStore, change: Change) -> Iterable[tuple[str, int, int, int]]:
    """Card, when they happened and were received, to the quarter of an hour, and how many."""
    found = store.rows(
        f"SELECT toString(card), intDiv(toUnixTimestamp(at), {QUARTER_S}) AS happened,"
        f" intDiv(toUnixTimestamp(received), {QUARTER_S}) AS came, count()"
        f" FROM events WHERE {change.where} GROUP BY card, happened, came",
        change.parameters,
    )
    return (
        (card, at * QUARTER_S * 1000, came * QUARTER_S * 1000, n) for card, at, came, n in found
    )


def _mutation(table: str, change: Change) -> str:
    return (
        f"ALTER TABLE {table} UPDATE rule = {{new_rule:String}}, class = {{new_class:String}}"
        f" WHERE {change.where} SETTINGS mutations_sync = 2"
    )


def _new(change: Change) -> dict[str, Any]:
    return {"new_rule": change.new_rule, "new_class": change.new_class}
