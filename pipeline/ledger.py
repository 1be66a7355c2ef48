"""The ledger: what was received for each card and day, and what became of it. It always balances.

What the collectors counted and what the shipper counted are told apart to the end, so a lost or a
doubled event shows. Both lie in the spools until a flush brings them to the store, so a reading
takes the store's part, the spools' part, and again if a flush came in between. Spools of other
machines are not seen: what is pending there shows as missing here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.batches import decode
from pipeline.flush import FLUSH, is_stored
from pipeline.outcomes import AUTOMATIC, DUPLICATE, HUMAN, OUTCOMES, QUARANTINED, Zones, by_day
from pipeline.spools import CountKey, CountPending, Counts, Flush, SpoolState, spool_paths, state
from schema.errors import Unavailable
from schema.store import EventStore

ACCEPTED, OBJECTED, PENDING = "accepted", "objected", "pending"
READINGS_MAX = 10

_FLUSHES = "SELECT count() FROM ledger WHERE flush != ''"
_COUNTS = "SELECT toString(day), card, outcome, sum(n) FROM ledger WHERE flush = '' GROUP BY ALL"


@dataclass(frozen=True, slots=True)
class Line:
    """One card and one of its local days."""

    day: date
    card: str
    received: int
    human: int
    automatic: int
    duplicate: int
    objected: int
    invalid: int
    """Refused with a reason, or in quarantine."""
    pending: int

    @property
    def missing(self) -> int:
        """Nothing, or the ledger does not balance: below nothing, something counts twice."""
        became = self.human + self.automatic + self.duplicate + self.objected + self.invalid
        return self.received - became - self.pending


def read_ledger(store: EventStore, spool_folder: Path, zones: Zones) -> list[Line]:
    """By day, then card."""
    return _lines(read_counts(store, spool_folder, partial(_pending, zones)))


def read_counts(
    store: EventStore, spool_folder: Path, count_pending: CountPending | None = None
) -> Counts:
    """All that was ever counted; what is pending too, when told how to count it."""
    before = _flushes(store)
    for _ in range(READINGS_MAX):
        looked = (state(path, count_pending) for path in spool_paths(spool_folder))
        states = [each for each in looked if each is not None]
        counts: Counter[CountKey] = Counter(
            {(day, card, outcome): n for day, card, outcome, n in store.rows(_COUNTS)}
        )
        in_spools = [each.flush for each in states if each.flush is not None]
        missed = [each for each in in_spools if not is_stored(each, store)]
        after = _flushes(store)
        if after == before:
            return _sum(counts, states, missed)
        before = after
    raise Unavailable("The ledger moves too fast to be read just now; try again in a minute.")


def _sum(
    counts: Counter[CountKey], states: Iterable[SpoolState], missed: Iterable[Flush]
) -> Counter[CountKey]:
    for each in states:
        counts.update(each.counts)
        counts.update(each.pending)
    for flush in missed:
        counts.update(flush.counts)
    return counts


def _flushes(store: EventStore) -> int:
    [(number,)] = store.rows(_FLUSHES)
    return int(number)


def _pending(zones: Zones, bodies: list[bytes], events: int) -> Counts:
    decoded = decode(bodies, events)
    poison = pl.DataFrame(
        [(each.card, each.received) for each in decoded.poison],
        schema={"card": pl.String, "received": pl.Int64},
        orient="row",
    )
    every = pl.concat([decoded.events.select("card", "received"), poison])
    return by_day(every.with_columns(outcome=pl.lit(PENDING)), zones)


def _lines(counts: Counts) -> list[Line]:
    by_cell: dict[tuple[str, str], Counter[str]] = {}
    for (day, card, outcome), n in counts.items():
        by_cell.setdefault((day, card), Counter())[outcome] += n
    return [_line(day, card, by_cell[day, card]) for day, card in sorted(by_cell)]


def _line(day: str, card: str, n: Counter[str]) -> Line:
    known = {ACCEPTED, OBJECTED, PENDING, FLUSH, *OUTCOMES}
    refused = sum(count for outcome, count in n.items() if outcome not in known)
    return Line(
        day=date.fromisoformat(day),
        card=card,
        received=n[ACCEPTED] + n[OBJECTED] + refused,
        human=n[HUMAN],
        automatic=n[AUTOMATIC],
        duplicate=n[DUPLICATE],
        objected=n[OBJECTED],
        invalid=refused + n[QUARANTINED],
        pending=n[PENDING],
    )
