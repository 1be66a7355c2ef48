"""One shipment of one spool file: nothing lost, nothing doubled, whenever this process is killed.

In this order:

1. find which events are new (or which were, when a shipment was begun before);
2. write down which rows travel under which token, and which of them are duplicates;
3. insert the new ones under the token; what cannot be stored goes to `quarantine`;
4. mark the days that were over when the insert ended, so that rollups compute them again. Not
   earlier: a day may end, and be computed, while the insert waits for the store;
5. forget the rows and the token, and count what became of them, in one transaction.

Killed before 3: the same rows are sent again. Killed after 3: they are found stored, or in
quarantine, and on a replica that does not show them yet the token stops them. The counters of a
file follow in a flush of their own (`pipeline/flush.py`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import polars as pl
import structlog

from pipeline.batches import IDENTITY, Decoded, decode, repeated, stored_of
from pipeline.enrich import Enrich
from pipeline.late import ZoneBook, ended_days
from pipeline.meter import Meter
from pipeline.outcomes import outcomes
from pipeline.quarantine import Stored, put_aside, quarantined, store_sound
from pipeline.seen import Seen
from pipeline.spools import Rows, Shipment, SpoolFile
from schema.clock import Clock
from schema.directory import leases, rollup_state
from schema.directory.database import Directory
from schema.store import EventStore

TURN = "ship"
"""The lease of those who store into one store from several machines."""
TURN_MS = 20_000
TURN_S_MAX = 10.0
_BUSY = "Other machines have shipped for long; this one waits for its turn."

log = structlog.get_logger()


class Sender:
    def __init__(
        self,
        store: EventStore,
        directory: Directory,
        enrich: Enrich,
        clock: Clock,
        meter: Meter,
        *,
        holder: str,
        alone: bool,
    ) -> None:
        """`holder`: who takes the turn among machines. `alone`: there are no others, see `Seen`."""
        self._store = store
        self._directory = directory
        self._enrich = enrich
        self._clock = clock
        self._meter = meter
        self._holder = holder
        self._alone = alone
        self._seen: Seen | None = None
        self._zones = ZoneBook(directory)
        self._under_way: dict[Path, pl.DataFrame] = {}
        """The events of shipments that were begun and not ended."""

    def send(self, file: SpoolFile, rows: Rows, begun: Shipment | None) -> int:
        """Gives how many events left their spool. `begun`: what a try before has written down."""
        decoded = decode(file.bodies(rows), rows.events)
        events = decoded.events
        with self._alone_with_store() as still_alone:
            shipment = begun or file.begin(rows, self._duplicates(events))
            self._under_way[file.path] = events.select(IDENTITY)
            still_alone()
            stored = self._store_new(decoded, shipment, again=begun is not None)
        self._mark_late(events)
        duplicates = shipment.duplicates | stored.doubles
        became = outcomes(events, stored.classes, duplicates, stored.poison, self._zones.zones())
        file.forget(shipment, became)
        del self._under_way[file.path]
        self._measure(events)
        return rows.events

    @contextmanager
    def _alone_with_store(self) -> Iterator[Callable[[], None]]:
        """Between the question which events are new and their storage, no other machine stores
        any: it might hold the same. Shipments are short, so a turn is waited for."""
        if self._alone:
            yield lambda: None
            return
        with leases.held(
            self._directory,
            TURN,
            self._clock,
            ttl_ms=TURN_MS,
            busy=_BUSY,
            holder=self._holder,
            patience_s=TURN_S_MAX,
        ) as still_alone:
            yield still_alone

    def _duplicates(self, events: pl.DataFrame) -> frozenset[int]:
        """Positions of events that this shipment repeats, the store has or another will bring."""
        found = [repeated(events), stored_of(self._store, self._perhaps_stored(events))]
        found += [events.join(each, on=IDENTITY, how="semi") for each in self._under_way.values()]
        return frozenset(pos for each in found for pos in each["pos"])

    def _perhaps_stored(self, events: pl.DataFrame) -> pl.DataFrame:
        if not self._alone:
            return events
        if self._seen is None or self._seen.full:
            self._seen = Seen(self._store, self._clock())
        return self._seen.perhaps(events)

    def _store_new(self, decoded: Decoded, shipment: Shipment, *, again: bool) -> Stored:
        """A try after the first finds what the others have done."""
        new = decoded.events.filter(~pl.col("pos").is_in(sorted(shipment.duplicates)))
        poison = decoded.poison
        before = stored_of(self._store, new if again else new.clear())
        aside = quarantined(self._store, shipment.token) if again else set()
        left = new.filter(~pl.col("pos").is_in(before["pos"].implode()))
        if self._seen is not None:
            self._seen.add(left)
        with self._timed():
            stored = store_sound(self._store, self._enrich, left, token=shipment.token)
        poison += stored.poison
        fresh = [each for each in poison if each.pos not in aside]
        if fresh:
            put_aside(self._store, fresh, shipment.token, self._clock())
            log.error("rows_quarantined", rows=len(fresh), reason=fresh[0].reason)
        ours = before.filter("same").select("pos", "class")
        doubles = frozenset(before.filter(~pl.col("same"))["pos"])
        return Stored(pl.concat([ours, stored.classes]), poison, doubles)

    def _mark_late(self, received: pl.DataFrame) -> None:
        """Of all that was received: a first try may have stored it and been killed here."""
        days = ended_days(received, self._zones.zones(), self._clock())
        if days:
            with self._directory.write() as conn:
                rollup_state.mark_late(conn, days)

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started_s = monotonic()
        yield
        self._meter.insert_s.add(monotonic() - started_s)

    def _measure(self, events: pl.DataFrame) -> None:
        self._meter.shipment_events.add(events.height)
        if events.height:
            [first_ms] = events.select(pl.col("received").min()).row(0)
            self._meter.lag_s.add((self._clock() - first_ms) / 1000)
