"""Takes events out of the stores for good: those of a card, or of one visitor of it.

What goes: raw events, visits, all figures, and rows in quarantine, which hold what events are made
of. What stays: the ledger, which counts under the card's opaque id and proves that nothing was
lost, and the receipt in the audit trail, which names no person.

Deleting is a mutation that is waited for. The engine keeps the files it has replaced for some
minutes; here it lets them go at once, and that is waited for too, so that in the end nothing of it
is on the disk. Twice is once, so an erasure that was killed is run again.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipeline.importing.days import add_days, ended
from pipeline.late import ZoneBook
from pipeline.rollups import TABLES
from pipeline.staging import system_table
from schema.clock import Clock
from schema.ddl import on_cluster, stored_table
from schema.directory import audit, erasures, leases, rollup_state
from schema.directory.database import Directory
from schema.errors import Unavailable
from schema.store import EventStore
from schema.store.address import Address

OF_CARD = ("events", *TABLES, "quarantine")
OF_VISITOR = ("events", "visits")
"""The other tables hold no visitor; their figures are computed again."""

BUSY = "Figures are being computed by another process; try again when it has ended."
PATIENCE_S = 240.0
"""How long figures that are computed just now are waited for."""
GONE_S_MAX = 30
LOOK_S = 0.25

_AT_ONCE = "old_parts_lifetime = 1, min_rows_to_fsync_after_merge = 1"
"""The files that were replaced go after a second, so those in their place are synced before."""
_LEFT = """\
SELECT count() FROM {parts}
WHERE database = currentDatabase() AND NOT active AND table IN {{tables:Array(String)}}
"""


@dataclass(frozen=True, slots=True)
class Place:
    store: EventStore
    address: Address
    directory: Directory
    clock: Clock
    actor: str


Rows = Mapping[str, int]
"""How many were deleted, by table."""


def erase_card(place: Place, card: str) -> Rows:
    """All that is stored of it, whether the directory still knows it or not."""
    with _alone(place):
        deleted = _delete(place, OF_CARD, "card = {card:String}", {"card": card})
        with place.directory.write() as conn:
            rollup_state.forget(conn, card)
            erasures.done(conn, card)
            _leave_receipt(place, conn, "erase.card", card, deleted)
    place.directory.empty_log()
    return deleted


def erase_visitor(place: Place, card: str, ids: Sequence[int]) -> Rows:
    """What is stored under these ids. The figures of the days they were there are computed again
    by the next run of the rollups."""
    where = "card = {card:String} AND visitor IN {ids:Array(UInt64)}"
    params = {"card": card, "ids": list(ids)}
    with _alone(place):
        days = _days_of(place, card, where, params)
        # Before: whoever computes waits for our lease. A killed erasure leaves too many marks.
        with place.directory.write() as conn:
            rollup_state.mark_late(conn, {(card, day) for day in days})
        deleted = _delete(place, OF_VISITOR, where, params)
        with place.directory.write() as conn:
            _leave_receipt(place, conn, "erase.visitor", card, deleted)
    return deleted


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    """Whoever computes figures holds the same lease: a swap would bring back what is deleted."""
    with leases.held_through(
        place.directory,
        "rollups",
        place.clock,
        busy=BUSY,
        patience_s=PATIENCE_S,
    ):
        yield


def _delete(place: Place, tables: Sequence[str], where: str, params: Mapping[str, Any]) -> Rows:
    rows = {table: _count(place.store, table, where, params) for table in tables}
    touched = [stored_table(table, place.address) for table, n in rows.items() if n]
    with _files_go_at_once(place, touched):
        for table in touched:
            condition = f"{where} SETTINGS mutations_sync = 2"
            everywhere = on_cluster(place.address)
            place.store.run(f"ALTER TABLE {table}{everywhere} DELETE WHERE {condition}", params)
        _await_gone(place, touched)
    return rows


@contextmanager
def _files_go_at_once(place: Place, tables: Sequence[str]) -> Iterator[None]:
    everywhere = on_cluster(place.address)
    names = ", ".join(each.partition(" ")[0] for each in _AT_ONCE.split(", "))
    try:
        for table in tables:
            place.store.run(f"ALTER TABLE {table}{everywhere} MODIFY SETTING {_AT_ONCE}")
        yield
    finally:
        for table in tables:
            place.store.run(f"ALTER TABLE {table}{everywhere} RESET SETTING {names}")


def _await_gone(place: Place, tables: Sequence[str]) -> None:
    until_s = time.monotonic() + GONE_S_MAX
    left = _LEFT.format(parts=system_table("parts", place.address))
    while tables and place.store.rows(left, {"tables": list(tables)}) != [(0,)]:
        for table in tables:
            # It runs already; this wakes it, which it does by itself every few minutes.
            place.store.run(f"SYSTEM START CLEANUP{on_cluster(place.address)} {table}")
        if time.monotonic() > until_s:
            raise Unavailable(
                "The rows are deleted, but a reader or a merge still holds files with them; "
                "run this again in some minutes to be certain that they are gone."
            )
        time.sleep(LOOK_S)


def _days_of(place: Place, card: str, where: str, params: Mapping[str, Any]) -> set[date]:
    """Days that are over and have events of theirs, or figures made of them."""
    zones = ZoneBook(place.directory).zones()
    asked = f"SELECT card, toUnixTimestamp64Milli(at) AS at FROM events WHERE {where}"
    events = place.store.frame(asked, params).cast({"card": pl.String})
    over = ended(add_days(events, zones), zones, place.clock()) if events.height else set()
    figured = place.store.rows(f"SELECT DISTINCT day FROM visits WHERE {where}", params)
    return {day for _, day in over} | {day for (day,) in figured}


def _count(store: EventStore, table: str, where: str, params: Mapping[str, Any]) -> int:
    [(rows,)] = store.rows(f"SELECT count() FROM {table} WHERE {where}", params)
    return int(rows)


def _leave_receipt(place: Place, conn: Any, action: str, card: str, deleted: Rows) -> None:
    told = ", ".join(f"{table} {n}" for table, n in deleted.items())
    audit.record(
        conn,
        actor=place.actor,
        action=action,
        subject=f"{card}: {told}",
        now_ms=place.clock(),
    )
