"""From spools to the event store: nothing lost, nothing doubled, whenever this process is killed.

One shipment at a time of each spool file (`pipeline/send.py`), those first that were begun and not
ended. A file that fails rests for a while (`pipeline/lanes.py`) and holds up no other. The counters
of a file follow in a flush of their own (`pipeline/flush.py`).
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic

import structlog

from pipeline.enrich import Enrich
from pipeline.flush import flush_counters
from pipeline.lanes import RETRY_S, Lane
from pipeline.meter import Meter
from pipeline.salvage import salvage
from pipeline.send import Sender
from pipeline.spools import (
    SHIPMENT_EVENTS,
    claim_folder,
    folder_id,
    spool_paths,
    turn,
    unreadable_files,
)
from schema.clock import Clock
from schema.directory.database import Directory
from schema.store import EventStore

BEAT_S = 0.2
"""How often what has come is shipped, unless there is more than one shipment of it: the delay that
spares the store a part, and its merges, for every few events."""

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
        self._clock = clock
        self._lanes: dict[Path, Lane] = {}
        self._lock: int | None = None
        self._stopping = Event()
        self.meter = Meter()
        self._make_sender = partial(
            Sender, store, directory, enrich, clock, self.meter, alone=alone
        )
        self._sender: Sender | None = None
        """There while the folder is ours."""

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
        self._lock = self._sender = None

    def ship_once(self) -> int:
        """One shipment from each spool file. Gives how many events left their spool.

        A file that fails is left for a while, without end and without holding up the others.
        Nothing at all while another process ships this folder.
        """
        sender = self._claimed()
        if sender is None:
            return 0
        with turn(self._folder):
            self._follow_folder()
            # What was begun goes first: its events are then known before others like them are
            # judged.
            return sum(
                self._try_lane(sender, lane, ship)
                for ship in (self._resume_lane, self._ship_lane)
                for lane in [*self._lanes.values()]
                if not lane.rests()
            )

    def _claimed(self) -> Sender | None:
        if self._lock is None:
            self._lock = claim_folder(self._folder)
            if self._lock is not None:
                self._sender = self._make_sender(holder=folder_id(self._lock))
        return self._sender

    def _follow_folder(self) -> None:
        for aside in unreadable_files(self._folder):
            salvage(aside)
        paths = spool_paths(self._folder)
        for path in self._lanes.keys() - set(paths):
            self._lanes.pop(path).close()
        for path in paths:
            self._lanes.setdefault(path, Lane(path))

    def _try_lane(self, sender: Sender, lane: Lane, ship: Callable[[Sender, Lane], int]) -> int:
        try:
            events = ship(sender, lane)
        except Exception as error:
            self.meter.failures += 1
            lane.fail(error)
            return 0
        if events or ship == self._ship_lane:
            lane.failures = 0
        return events

    def _resume_lane(self, sender: Sender, lane: Lane) -> int:
        file = lane.opened()
        begun = file.begun()
        return sender.send(file, begun.rows, begun) if begun else 0

    def _ship_lane(self, sender: Sender, lane: Lane) -> int:
        file = lane.opened()
        rows = file.waiting()
        events = sender.send(file, rows, None) if rows else 0
        left = not events and file.abandoned()
        if left or lane.flush_due(drained=not events):
            flush_counters(file, self._store, self._clock())
            lane.flushed()
        if left and file.remove_if_done():
            del self._lanes[lane.path]
        return events
