"""What a change of classes will do to the figures of a card, told before it is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.backfill import METRICS
from pipeline.blocks import of_cells
from pipeline.compute import AS_STORED, Classes, tables_of_block
from pipeline.importing.days import Zones, add_days
from pipeline.reclass import Change, Plan
from pipeline.reclassify import QUARTER_S
from schema.store import EventStore

_TURNING = """\
SELECT toString(card) AS card, intDiv(toUnixTimestamp(at), {quarter_s}) * {quarter_s} * 1000 AS at,
    toString(name) AS name, toString(agent) AS agent, toInt64(count()) * {turns} AS n
FROM (SELECT card, at, name, agent FROM events WHERE {where}) GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a local day gains, below nothing what it loses."""

    day: date
    views: int
    clicks: int
    events: int


@dataclass(frozen=True, slots=True)
class Preview:
    days: tuple[Gain, ...]
    agents: tuple[tuple[str, int], ...]
    """User agents and how many of their events begin to count, the most first."""
    before: Mapping[str, int]
    """What the days that change add up to, by the names of `schema/metrics.py`."""
    after: Mapping[str, int]

    @property
    def views(self) -> int:
        return sum(day.views for day in self.days)

    @property
    def clicks(self) -> int:
        return sum(day.clicks for day in self.days)

    @property
    def events(self) -> int:
        return sum(day.events for day in self.days)


def preview_of(store: EventStore, zones: Zones, todo: Plan) -> Preview:
    found = list(_turning(store, todo))
    if not found:
        return Preview((), (), {}, {})
    turning = add_days(pl.concat(found), zones)
    name, n = pl.col("name"), pl.col("n")
    days = turning.group_by("day").agg(
        views=n.filter(name == "view").sum(),
        clicks=n.filter(name == "click").sum(),
        events=n.sum(),
    )
    agents = turning.group_by("agent").agg(n.sum()).sort(-n, "agent")
    return Preview(
        tuple(Gain(*row) for row in days.sort("day").iter_rows()),
        tuple(agents.iter_rows()),
        _figures(store, zones, todo, AS_STORED),
        _figures(store, zones, todo, _classes_after(todo)),
    )


def _figures(store: EventStore, zones: Zones, todo: Plan, classes: Classes) -> dict[str, int]:
    """Computed as the figures of every day are, from the events with these classes."""
    zone_of = dict(zones.select("card", "zone").iter_rows())
    days = [
        tables_of_block(store, block, classes=classes)["card_days"]
        for block in of_cells(zone_of, todo.days)
    ]
    return {name: sum(int(each[name].sum()) for each in days) for name in METRICS}


def _classes_after(todo: Plan) -> Classes:
    turning = [(str(n), each) for n, each in enumerate(todo.changes) if each.turns]
    cases = [f"{each.among(n)}, '{each.new_class}'" for n, each in turning]
    parameters = {key: value for n, each in turning for key, value in each.named(n).items()}
    return Classes(f"multiIf({', '.join(cases)}, toString(class))", parameters)


def _turning(store: EventStore, todo: Plan) -> Iterator[pl.DataFrame]:
    for change in todo.changes:
        if change.turns:
            yield store.frame(_question(change), change.parameters)


def _question(change: Change) -> str:
    return _TURNING.format(quarter_s=QUARTER_S, turns=change.turns, where=change.where)
