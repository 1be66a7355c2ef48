"""From spools to the event store: nothing lost, nothing doubled, whenever this process is killed.

For each spool file, in this order:

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

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic

import polars as pl
import structlog

from pipeline.batches import IDENTITY, Decoded, decode, repeated, stored_of
from pipeline.enrich import Enrich
from pipeline.flush import flush_counters
from pipeline.lanes import RETRY_S, Lane
from pipeline.late import ZoneBook, ended_days
from pipeline.meter import Meter
from pipeline.outcomes import outcomes
from pipeline.quarantine import Stored, put_aside, quarantined, store_sound
from pipeline.salvage import salvage
from pipeline.seen import Seen
from pipeline.spools import (
    SHIPMENT_EVENTS,
    Rows,
    Shipment,
    SpoolFile,
    claim_folder,
    folder_id,
    spool_paths,
    turn,
    unreadable_files,
)
from schema.clock import Clock
from schema.directory import leases, rollup_state
from schema.directory.database import Directory
from schema.store import EventStore

BEAT_S = 0.2
"""How often what has come is shipped, unless there is more than one shipment of it: the delay that
spares the store a part, and its merges, for every few events."""

TURN = "ship"
"""The lease of those who store into one store from several machines."""
TURN_MS = 20_000
TURN_S_MAX = 10.0
_BUSY = "Other machines have shipped for long; this one waits for its turn."

log = structlog.get_logger()


class Shipper:
    def __init__(
        self,
        spool_folder: Path,
        store: EventStore,
        directory: Directory,
        enrich: Enrich,
        clock: Clock,
        *,
        alone: bool = False,
    ) -> None:
        """`alone`: nobody but the shipper of this folder stores events, see `Seen`."""
        self._folder = spool_folder
        self._store = store
        self._directory = directory
        self._enrich = enrich
        self._clock = clock
        self._alone = alone
        self._seen: Seen | None = None
        self._zones = ZoneBook(directory)
        self._under_way: dict[Path, pl.DataFrame] = {}
        """The events of shipments that were begun and not ended."""
        self._lanes: dict[Path, Lane] = {}
        self._lock: int | None = None
        self._holder = ""
        self._stopping = Event()
        self.meter = Meter()

    def run(self) -> None:
        """Ships until `stop`. For a thread of its own."""
        while not self._stopping.is_set():
            begun_s = monotonic()
            if self._try_once() < SHIPMENT_EVENTS:
                self._stopping.wait(max(0.0, begun_s + BEAT_S - monotonic()))

    def _try_once(self) -> int:
        """Whatever is wrong with the folder, this thread lives: it may be right again later."""
        try:
            return self.ship_once()
        except Exception as error:
            self.meter.failures += 1
            log.error("shipper_failed", error=str(error), exc_info=True)
            self._stopping.wait(RETRY_S[-1])
            return 0

    def stop(self) -> None:
        self._stopping.set()

    def close(self) -> None:
        """Lets another shipper have the folder. After `run` has ended."""
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()
        if self._lock is not None:
            os.close(self._lock)
        self._under_way.clear()
        self._lock = self._seen = None

    def ship_once(self) -> int:
        """One shipment from each spool file. Gives how many events left their spool.

        A file that fails is left for a while, without end and without holding up the others.
        Nothing at all while another process ships this folder.
        """
        if not self._may_ship():
            return 0
        with turn(self._folder):
            self._follow_folder()
            # What was begun goes first: its events are then known before others like them are
            # judged.
            return sum(
                self._try_lane(lane, ship)
                for ship in (self._resume_lane, self._ship_lane)
                for lane in [*self._lanes.values()]
                if not lane.rests()
            )

    def _may_ship(self) -> bool:
        if self._lock is None:
            self._lock = claim_folder(self._folder)
            self._holder = folder_id(self._lock) if self._lock is not None else ""
        return self._lock is not None

    def _follow_folder(self) -> None:
        for aside in unreadable_files(self._folder):
            salvage(aside)
        paths = spool_paths(self._folder)
        for path in self._lanes.keys() - set(paths):
            self._lanes.pop(path).close()
        for path in paths:
            self._lanes.setdefault(path, Lane(path))

    def _try_lane(self, lane: Lane, ship: Callable[[Lane], int]) -> int:
        try:
            events = ship(lane)
        except Exception as error:
            self.meter.failures += 1
            lane.fail(error)
            return 0
        if events or ship == self._ship_lane:
            lane.failures = 0
        return events

    def _resume_lane(self, lane: Lane) -> int:
        file = lane.opened()
        begun = file.begun()
        return self._ship(file, begun.rows, begun) if begun else 0

    def _ship_lane(self, lane: Lane) -> int:
        file = lane.opened()
        rows = file.waiting()
        events = self._ship(file, rows, None) if rows else 0
        left = not events and file.abandoned()
        if left or lane.flush_due(drained=not events):
            flush_counters(file, self._store, self._clock())
            lane.flushed()
        if left and file.remove_if_done():
            del self._lanes[lane.path]
        return events

    def _ship(self, file: SpoolFile, rows: Rows, begun: Shipment | None) -> int:
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
        self.meter.insert_s.add(monotonic() - started_s)

    def _measure(self, events: pl.DataFrame) -> None:
        self.meter.shipment_events.add(events.height)
        if events.height:
            [first_ms] = events.select(pl.col("received").min()).row(0)
            self.meter.lag_s.add((self._clock() - first_ms) / 1000)
