"""Deletes what is over, by the table in `pipeline/limits.py`, and leaves receipts.

Months that are over in every zone are dropped as partitions; the days at the edge are deleted row
by row. The horizon (`schema/directory/horizons.py`) moves before anything is deleted, so days of
which events are missing are never computed again, whenever this is killed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.backup.take import Sources, clear_abandoned
from pipeline.ever import SUMMED, less, sums_in
from pipeline.limits import (
    AUDIT_DAYS,
    LIMITS,
    RAW_TABLES,
    RUN_DAYS,
    UNKNOWN_ZONE,
    Edge,
    Limit,
    edges,
    raw_since_ms,
)
from pipeline.staging import system_table
from schema.clock import Clock
from schema.ddl import on_cluster, stored_table
from schema.directory import audit, cards, ever, horizons, leases, runs
from schema.directory.database import Directory
from schema.directory.ever import Ever
from schema.settings import Settings
from schema.store import EventStore
from schema.store.address import Address, parse

PATIENCE_S = 240.0
"""How long figures that are computed just now are waited for: both jobs begin with the service."""
BUSY = "Figures are being computed by another process; try again when it has ended."
ACTOR = "retention"
DAY_MS = 86_400_000

_MONTHS = """\
SELECT DISTINCT partition_id FROM {parts}
WHERE database = currentDatabase() AND table = {{table:String}} AND active
  AND match(partition_id, '^[0-9]{{6}}$') AND partition_id < {{month:String}}
"""

Zones = Mapping[str, str]
"""The time zone of each card."""


@dataclass(frozen=True, slots=True)
class Over:
    """What is over of one table."""

    table: str
    rows: int
    since: Edge
    """Nothing before it is held, whosever it is."""
    until: Edge
    """Everything from it on is held."""
    where: str
    params: Mapping[str, Any]


def find_over(
    store: EventStore, directory: Directory, settings: Settings, now_ms: int
) -> list[Over]:
    zones = _zones(directory)
    return [_over(store, limit, zones, settings, now_ms) for limit in LIMITS]


def delete_over(
    store: EventStore, directory: Directory, settings: Settings, clock: Clock
) -> list[Over]:
    """Gives what was deleted."""
    address = parse(settings.clickhouse)
    # Whoever computes figures holds the same lease: a swap would bring back what is dropped.
    with leases.held_through(
        directory, "rollups", clock, busy=BUSY, patience_s=PATIENCE_S
    ) as prolong:
        now_ms = clock()
        found = find_over(store, directory, settings, now_ms)
        if any(over.rows for over in found if over.table in RAW_TABLES):
            _move_horizon(directory, settings, now_ms)
        with _sums_follow(store, directory, found, prolong):
            for over in found:
                prolong()
                if over.rows:
                    _delete(store, address, over)
                    _leave_receipt(directory, over, now_ms)
    _forget_records(directory, clock())
    clear_abandoned(Sources(store, directory, settings, clock))
    return found


def _over(store: EventStore, limit: Limit, zones: Zones, settings: Settings, now_ms: int) -> Over:
    """Before the first edge all rows are over. Up to the last one, those of cards whose zone has
    got there: they alone are named, so there are few."""
    by_zone = edges(limit, settings, now_ms, zones.values())
    column, kind = limit.column, limit.kind
    first, last = min(by_zone.values()), max(by_zone.values())
    between = store.rows(
        f"SELECT DISTINCT card FROM {limit.table}"
        f" WHERE {column} >= {{first:{kind}}} AND {column} < {{last:{kind}}}",
        {"first": first, "last": last},
    )
    by_edge: dict[Edge, list[str]] = defaultdict(list)
    for (card,) in between:
        by_edge[by_zone[zones.get(card, UNKNOWN_ZONE)]].append(card)
    where, params = [f"{column} < {{first:{kind}}}"], dict[str, Any](first=first)
    for n, (edge, named) in enumerate(sorted(by_edge.items())):
        where.append(f"({column} < {{edge{n}:{kind}}} AND card IN {{cards{n}:Array(String)}})")
        params |= {f"edge{n}": edge, f"cards{n}": named}
    condition = " OR ".join(where)
    rows = _count(store, limit.table, condition, params)
    return Over(limit.table, rows, first, last, condition, params)


@contextmanager
def _sums_follow(
    store: EventStore, directory: Directory, found: Sequence[Over], prolong: Callable[[], None]
) -> Iterator[None]:
    """What the days of cards add up to, of those cards that lose some within the block. It is
    forgotten before, so that a kill leaves none that is wrong, and what is left is put back."""
    summed = [over for over in found if over.table in SUMMED and over.rows]
    gone = sums_in(store, {over.table: (over.where, over.params) for over in summed})
    until = max((over.until for over in summed), default=date.min)
    with directory.write() as conn:
        had = ever.copies(conn, sorted(gone))
        ever.forget(conn, gone)
    yield
    left = {
        card: Ever(each.through, rest)
        for card, each in had.items()
        if each.through >= until and (rest := less(each.sums, gone[card])) is not None
    }
    prolong()
    with directory.write() as conn:
        ever.put(conn, left)


def _count(store: EventStore, table: str, where: str, params: Mapping[str, Any]) -> int:
    [(rows,)] = store.rows(f"SELECT count() FROM {table} WHERE {where}", params)
    return int(rows)


def _delete(store: EventStore, address: Address, over: Over) -> None:
    table, everywhere = stored_table(over.table, address), on_cluster(address)
    months = store.rows(
        _MONTHS.format(parts=system_table("parts", address)),
        {"table": table, "month": f"{over.since:%Y%m}"},
    )
    for (month,) in months:
        store.run(f"ALTER TABLE {table}{everywhere} DROP PARTITION ID '{month}'")
    if _count(store, over.table, over.where, over.params):
        where = f"{over.where} SETTINGS mutations_sync = 2"
        store.run(f"ALTER TABLE {table}{everywhere} DELETE WHERE {where}", over.params)


def _move_horizon(directory: Directory, settings: Settings, now_ms: int) -> None:
    since_ms = raw_since_ms(settings, now_ms, _zones(directory).values())
    with directory.write() as conn:
        horizons.move(conn, horizons.RAW, since_ms)


def _leave_receipt(directory: Directory, over: Over, now_ms: int) -> None:
    with directory.write() as conn:
        audit.record(
            conn,
            actor=ACTOR,
            action="retention.delete",
            subject=f"{over.table}: {over.rows} rows before {over.since:%Y-%m-%d}",
            now_ms=now_ms,
        )


def _forget_records(directory: Directory, now_ms: int) -> None:
    with directory.write() as conn:
        runs.forget(conn, now_ms - RUN_DAYS * DAY_MS)
        audit.forget(conn, now_ms - AUDIT_DAYS * DAY_MS)


def _zones(directory: Directory) -> Zones:
    with directory.read() as conn:
        return {card.id: card.zone for card in cards.every(conn)}
