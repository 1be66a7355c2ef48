"""What became of each event of a shipment, counted as the ledger wants it: pure.

Days are the card's local day of receipt. Events are first counted by quarter of an hour, for zones
differ from UTC by whole quarters: a day is then looked up once for many events.
"""

from collections import Counter
from functools import lru_cache

import polars as pl

from pipeline.batches import Poison
from pipeline.spools import CountKey
from schema.days import local_day

HUMAN, AUTOMATIC, DUPLICATE, QUARANTINED = "human", "automatic", "duplicate", "quarantined"
OUTCOMES = (HUMAN, AUTOMATIC, DUPLICATE, QUARANTINED)

NO_CARD_ZONE = "UTC"
QUARTER_MS = 15 * 60_000

Zones = pl.DataFrame
"""Columns `card` and `zone`."""


def outcomes(
    events: pl.DataFrame,
    classes: pl.DataFrame,
    duplicates: frozenset[int],
    poison: tuple[Poison, ...],
    zones: Zones,
) -> Counter[CountKey]:
    """`classes` are those of all stored events of the shipment, whichever try has stored them."""
    one_of = pl.when(pl.col("class") == "human").then(pl.lit(HUMAN)).otherwise(pl.lit(AUTOMATIC))
    stored = events.join(classes.select("pos", outcome=one_of), on="pos")
    again = events.filter(pl.col("pos").is_in(sorted(duplicates))).with_columns(
        outcome=pl.lit(DUPLICATE)
    )
    aside = pl.DataFrame(
        [(each.card, each.received, QUARANTINED) for each in poison], schema=_COUNTED, orient="row"
    )
    return by_day(pl.concat([each.select(*_COUNTED) for each in (stored, again, aside)]), zones)


def by_day(events: pl.DataFrame, zones: Zones) -> Counter[CountKey]:
    """Counts rows of `card`, `received` and `outcome`."""
    quarter = pl.col("received") - pl.col("received") % QUARTER_MS
    counted = events.group_by("card", "outcome", quarter).len().join(zones, on="card", how="left")
    found: Counter[CountKey] = Counter()
    for card, outcome, received, n, zone in counted.iter_rows():
        found[_day(received, zone or NO_CARD_ZONE), card, outcome] += n
    return found


@lru_cache(maxsize=1_000)
def _day(received_ms: int, zone: str) -> str:
    return local_day(received_ms, zone).isoformat()


_COUNTED = {"card": pl.String(), "received": pl.Int64(), "outcome": pl.String()}
