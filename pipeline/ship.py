"""From spools to the event store: nothing lost, nothing doubled, whenever this process is killed.

For each spool file, in this order:

1. write down which rows travel under which token (or find what was begun);
2. drop events that the batch repeats or the store already has;
3. insert the rest under the token;
4. mark the days that were over when the insert ended, so that rollups compute them again. Not
   earlier: a day may end, and be computed, while the insert waits for the store;
5. forget the rows and the token in one transaction.

Killed before 3: the same rows are sent again. Killed after 3: step 2 finds them all stored, and on
a replica that does not show them yet the token stops them.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import polars as pl
import structlog

from pipeline.batches import decode, first_of_each, not_yet_stored, to_events
from pipeline.enrich import Enrich
from pipeline.late import ZoneBook, ended_days
from pipeline.spools import SpoolFile, spool_paths
from schema.clock import Clock
from schema.directory import rollup_state
from schema.directory.database import Directory
from schema.errors import BaliseError, Unavailable
from schema.store import EventStore

IDLE_WAIT_S = 0.1
RETRY_S = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""How long a spool rests after each failure in a row; the last one again and again, without end."""

log = structlog.get_logger()


@dataclass(slots=True)
class _Lane:
    """One spool file, once we have claimed it, and how long it rests after a failure."""

    path: Path
    file: SpoolFile | None = None
    ended: bool = False
    """Its collector is dead and its last event is stored: nothing will come any more."""
    failures: int = 0
    rests_until_s: float = 0.0

    def fail(self) -> float:
        rest_s = RETRY_S[min(self.failures, len(RETRY_S) - 1)]
        self.failures += 1
        self.rests_until_s = monotonic() + rest_s
        return rest_s

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


class Shipper:
    def __init__(
        self,
        spool_folder: Path,
        store: EventStore,
        directory: Directory,
        enrich: Enrich,
        clock: Clock,
    ) -> None:
        self._folder = spool_folder
        self._store = store
        self._directory = directory
        self._enrich = enrich
        self._clock = clock
        self._zones = ZoneBook(directory)
        self._lanes: dict[Path, _Lane] = {}
        self._wake = Event()
        self._stopping = Event()

    def run(self) -> None:
        """Ships until `stop`. For a thread of its own."""
        while not self._stopping.is_set():
            if not self.ship_once():
                self._wake.wait(IDLE_WAIT_S)
                self._wake.clear()

    def wake(self) -> None:
        """A collector in this process says that there is something, sooner than we would look."""
        self._wake.set()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    def close(self) -> None:
        """Lets other shippers have the files. After `run` has ended."""
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()

    def ship_once(self) -> int:
        """One shipment from each spool file. Gives how many events left their spool.

        A file that fails is left for a while, without end and without holding up the others.
        """
        self._follow_folder()
        now_s = monotonic()
        awake = [
            lane for lane in self._lanes.values() if not lane.ended and lane.rests_until_s <= now_s
        ]
        return sum(map(self._try_lane, awake))

    def _follow_folder(self) -> None:
        paths = spool_paths(self._folder)
        for path in self._lanes.keys() - set(paths):
            self._lanes.pop(path).close()
        for path in paths:
            self._lanes.setdefault(path, _Lane(path))

    def _try_lane(self, lane: _Lane) -> int:
        try:
            events = self._ship_lane(lane)
        except Unavailable as error:
            log.warning(
                "shipment_waits", spool=lane.path.name, error=str(error), retry_s=lane.fail()
            )
            return 0
        except Exception as error:
            # Also what the store refuses: the rows stay in the spool and the alarm goes on.
            log.error(
                "shipment_failed",
                spool=lane.path.name,
                error=str(error),
                retry_s=lane.fail(),
                exc_info=not isinstance(error, BaliseError),
            )
            return 0
        lane.failures = 0
        return events

    def _ship_lane(self, lane: _Lane) -> int:
        lane.file = lane.file or SpoolFile.claim(lane.path)
        if lane.file is None:
            return 0
        events = self._ship(lane.file)
        if not events and lane.file.close_if_done():
            lane.ended, lane.file = True, None
        return events

    def _ship(self, file: SpoolFile) -> int:
        shipment = file.shipment()
        if shipment is None:
            return 0
        received = decode(file.bodies(shipment))
        if received.height:
            self._store_new(received, shipment.token)
            self._mark_late(received)
        file.forget(shipment)
        return received.height

    def _store_new(self, received: pl.DataFrame, token: str) -> None:
        new = not_yet_stored(self._store, first_of_each(received))
        if new.height:
            self._store.insert("events", to_events(self._enrich(new)), token=token)

    def _mark_late(self, received: pl.DataFrame) -> None:
        """Of all that was received: a first try may have stored it and been killed here."""
        days = ended_days(received, self._zones.zones(), self._clock())
        if days:
            with self._directory.write() as conn:
                rollup_state.mark_late(conn, days)
