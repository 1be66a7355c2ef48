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
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2149, 6, 6)
"""That a column of type `Date` can hold."""

_FLUSHES = "SELECT count() FROM ledger WHERE flush != ''"
_COUNTS = """\
SELECT {day} AS of_day, {card} AS of_card, outcome, sum(n) FROM ledger
WHERE flush = '' AND day BETWEEN {{first:Date}} AND {{last:Date}}
  AND ({{only:String}} = '' OR card = {{only:String}})
GROUP BY of_day, of_card, outcome
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the ledger is read, and what is told apart in it: a year of many cards and
    days is more than a glance at the totals should carry."""

    days: bool = True
    cards: bool = True
    only: str = ""
    """The one card that is asked about."""
    first: date = FIRST_DAY
    last: date = LAST_DAY

    @property
    def question(self) -> str:
        return _COUNTS.format(
            day="toString(day)" if self.days else "''", card="card" if self.cards else "''"
        )

    @property
    def parameters(self) -> dict[str, str]:
        return {"first": str(self.first), "last": str(self.last), "only": self.only}

    def of(self, counts: Counts) -> Counter[CountKey]:
        """The same of what lies in a spool."""
        first, last = str(self.first), str(self.last)
        found: Counter[CountKey] = Counter()
        for (day, card, outcome), n in counts.items():
            if self.only in ("", card) and first <= day <= last:
                found[day if self.days else "", card if self.cards else "", outcome] += n
        return found


EVERYTHING = Scope()
TOTALS = Scope(days=False, cards=False)
BY_CARD = Scope(days=False)


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


def read_ledger(
    store: EventStore, spool_folder: Path, zones: Zones, scope: Scope = EVERYTHING
) -> list[Line]:
    """By day, then card."""
    counts = read_counts(store, spool_folder, scope, partial(_pending, zones))
    return [
        _line(date.fromisoformat(day), card, n) for (day, card), n in sorted(_cells(counts).items())
    ]


def read_missing(store: EventStore, spool_folder: Path, zones: Zones) -> dict[str, int]:
    """For each card, what is not accounted for: nothing, where the ledger balances.

    Not by day: what was under way while a card's time zone was changed, or the card deleted, was
    received on a day of the one zone and stored on a day of the other.
    """
    counts = read_counts(store, spool_folder, BY_CARD, partial(_pending, zones))
    return {card: _line(date.max, card, n).missing for (_, card), n in _cells(counts).items()}


def read_counts(
    store: EventStore,
    spool_folder: Path,
    scope: Scope = EVERYTHING,
    count_pending: CountPending | None = None,
) -> Counts:
    """All that was ever counted; what is pending too, when told how to count it."""
    before = _flushes(store)
    for _ in range(READINGS_MAX):
        looked = (state(path, count_pending) for path in spool_paths(spool_folder))
        states = [each for each in looked if each is not None]
        in_store = Counter(
            {
                (day, card, outcome): n
                for day, card, outcome, n in store.rows(scope.question, scope.parameters)
            }
        )
        in_spools = [each.flush for each in states if each.flush is not None]
        missed = [each for each in in_spools if not is_stored(each, store)]
        after = _flushes(store)
        if after == before:
            in_store.update(scope.of(_sum(states, missed)))
            return in_store
        before = after
    raise Unavailable("The ledger moves too fast to be read just now; try again in a minute.")


def _sum(states: Iterable[SpoolState], missed: Iterable[Flush]) -> Counter[CountKey]:
    counts: Counter[CountKey] = Counter()
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


def _cells(counts: Counts) -> dict[tuple[str, str], Counter[str]]:
    cells: dict[tuple[str, str], Counter[str]] = {}
    for (day, card, outcome), n in counts.items():
        cells.setdefault((day, card), Counter())[outcome] += n
    return cells


def _line(day: date, card: str, n: Counter[str]) -> Line:
    known = {ACCEPTED, OBJECTED, PENDING, FLUSH, *OUTCOMES}
    refused = sum(count for outcome, count in n.items() if outcome not in known)
    return Line(
        day=day,
        card=card,
        received=n[ACCEPTED] + n[OBJECTED] + refused,
        human=n[HUMAN],
        automatic=n[AUTOMATIC],
        duplicate=n[DUPLICATE],
        objected=n[OBJECTED],
        invalid=refused + n[QUARANTINED],
        pending=n[PENDING],
    )
