"""What closed days of cards add up to, for the copy in `schema/directory/ever.py`.

Whoever computes new days adds their figures to the copy, so a night costs what is new, however many
days there are before. All days are read only where there is no copy to add to.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl

from pipeline.compute import Tables
from pipeline.rebuild import NAMED_CARDS_MAX
from pipeline.staging import system_table
from schema.ddl import stored_table
from schema.directory.ever import WHOLE, Ever, Sums
from schema.store import EventStore
from schema.store.address import Address

_IN_BOTH = (
    *("views", "visitors", "visits", "bounces"),
    *("clicks", "contact_clicks", "contact_visits"),
)
_SUMMED = (*_IN_BOTH, "automatic")
_LATEST = "last_view_ms"
_NAMES = (*_SUMMED, _LATEST)

_SUMS = ", ".join(f"sum({name})" for name in _IN_BOTH)
SUMMED: Mapping[str, str] = {
    "card_days": f"""\
SELECT card, '{WHOLE}', {_SUMS}, sum(automatic), toUnixTimestamp64Milli(max(last_view_at))
FROM card_days WHERE {{where}} GROUP BY card
""",
    "card_dims": f"""\
SELECT card, toString(key), {_SUMS}, 0, 0
FROM card_dims WHERE ({{where}}) AND by = 'target' GROUP BY card, key
""",
}
"""The tables that are summed, each with the question about the rows for which a condition holds."""

_THESE = """\
day <= {through:Date} AND (empty({cards:Array(String)}) OR card IN {cards:Array(String)})"""

_BEING_DELETED = """\
SELECT count() FROM {mutations}
WHERE database = currentDatabase() AND NOT is_done AND table IN {{tables:Array(String)}}
"""

Rows = tuple[str, Mapping[str, Any]]
"""Some of a table: a condition and its parameters."""

_TOTALS = pl.col(_SUMMED).cast(pl.UInt64).sum()


def ever_of(store: EventStore, through: Mapping[str, date]) -> dict[str, Ever]:
    """Of all days of each card, up to the one given. A card without a row in rollups has nothing,
    and that is said."""
    alike: dict[date, set[str]] = defaultdict(set)
    for card, day in through.items():
        alike[day].add(card)
    made: dict[str, Sums] = {card: {} for card in through}
    for day, cards in alike.items():
        named = sorted(cards) if len(cards) <= NAMED_CARDS_MAX else []
        these = (_THESE, {"through": day, "cards": named})
        found = sums_in(store, dict.fromkeys(SUMMED, these))
        made |= {card: sums for card, sums in found.items() if card in cards}
    return {card: Ever(through[card], sums) for card, sums in made.items()}


def sums_in(store: EventStore, chosen: Mapping[str, Rows]) -> dict[str, Sums]:
    """Per card, of the rows that are chosen of each table."""
    return _by_card(
        row
        for table, (where, params) in chosen.items()
        for row in store.rows(SUMMED[table].format(where=where), params)
    )


def are_being_deleted(store: EventStore, address: Address) -> bool:
    """Whether rows that are there now are about to go: who deleted them was killed while the engine
    was at it, and the engine goes on."""
    tables = [stored_table(table, address) for table in SUMMED]
    asked = _BEING_DELETED.format(mutations=system_table("mutations", address))
    return store.rows(asked, {"tables": tables}) != [(0,)]


def sums_of(tables: Tables) -> dict[str, Sums]:
    """Per card, of the figures of these tables: the same that `ever_of` makes of stored ones."""
    days = tables["card_days"].group_by("card").agg(_TOTALS, pl.col("last_view_at").max())
    whole = days.select(
        "card", pl.lit(WHOLE), *_SUMMED, pl.col("last_view_at").dt.epoch("ms").alias(_LATEST)
    )
    none = [pl.lit(0, pl.UInt32).alias(name) for name in _NAMES if name not in _IN_BOTH]
    clicks = tables["card_dims"].filter(pl.col("by") == "target").with_columns(none)
    targets = clicks.group_by("card", "key").agg(_TOTALS, pl.col(_LATEST).max())
    return _by_card([*whole.iter_rows(), *targets.iter_rows()])


def added(parts: Iterable[Sums]) -> Sums:
    whole: dict[str, dict[str, int]] = {}
    for part in parts:
        for key, more in part.items():
            sums = whole.get(key)
            whole[key] = dict(more) if sums is None else _both(sums, more)
    return whole


def less(had: Sums, gone: Sums) -> Sums | None:
    """None where that cannot be told: the last view is among what is gone."""
    left: dict[str, Mapping[str, int]] = {}
    for key, sums in had.items():
        minus = gone.get(key)
        if minus is None:
            left[key] = sums
            continue
        if 0 < sums[_LATEST] <= minus[_LATEST]:
            return None
        rest = {name: sums[name] - minus[name] for name in _SUMMED}
        if any(rest.values()):  # a row of nothing but zeros is never stored
            left[key] = {**rest, _LATEST: sums[_LATEST]}
    return left


def _both(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    latest = max(one[_LATEST], other[_LATEST])
    return {**{name: one[name] + other[name] for name in _SUMMED}, _LATEST: latest}


def _by_card(rows: Iterable[tuple[str, str, *tuple[int, ...]]]) -> dict[str, Sums]:
    made: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    for card, key, *figures in rows:
        made[card][key] = dict(zip(_NAMES, figures, strict=True))
    return dict(made)
