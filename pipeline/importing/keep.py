"""One piece of a file into the store, so that it may be killed at any instant.

In this order: find which events the store has; write down which ones are about to be stored;
insert them; count them in the ledger; mark their days; forget what was written down. A run that was
killed is settled by the next one (`settle`): what of the plan reached the store is counted and
marked then. The rest of the file is found new when it is read again.
"""

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipeline.batches import IDENTITY
from pipeline.flush import is_stored, ledger_rows
from pipeline.frames import EVENTS
from pipeline.importing.days import Zones, ended
from pipeline.ledger import ACCEPTED
from pipeline.outcomes import AUTOMATIC, DUPLICATE, HUMAN, NO_CARD_ZONE
from pipeline.spools import CountKey, Flush
from schema.clock import Clock
from schema.days import local_day
from schema.directory import rollup_state
from schema.directory.database import Directory
from schema.errors import Unavailable
from schema.store import EventStore

REFUSED = "import"
"""Why they were refused, in the ledger: they are in a report of an import."""

FETCH_ROWS_MAX = 2_000_000
"""Identities fetched from the store at once: bounds memory."""

_PLAN = "begun-*.arrow"
_WITHIN = """
FROM events
WHERE card IN (SELECT arrayJoin(splitByChar(' ', {cards:String})))
  AND at >= fromUnixTimestamp64Milli({since:Int64})
  AND at <= fromUnixTimestamp64Milli({until:Int64})
"""
_PLANNED = ("card", "day", "at", "page", "seq", "class")


def stored_of(store: EventStore, events: pl.DataFrame) -> pl.DataFrame:
    """The identities that the store has. Of an event its time is known, so only that span of time
    and those cards are read."""
    found = list(_stored_within(store, events.select("at", *IDENTITY)))
    return pl.concat([events.select(IDENTITY).clear(), *found])


def _stored_within(store: EventStore, events: pl.DataFrame) -> Iterator[pl.DataFrame]:
    if not events.height:
        return
    since, until = events.select(first=pl.col("at").min(), last=pl.col("at").max()).row(0)
    asked = {"cards": " ".join(events["card"].unique()), "since": since, "until": until}
    [(there,)] = store.rows(f"SELECT count() {_WITHIN}", asked)
    if there > FETCH_ROWS_MAX and since < until:
        middle = (since + until) // 2
        yield from _stored_within(store, events.filter(pl.col("at") <= middle))
        yield from _stored_within(store, events.filter(pl.col("at") > middle))
    elif there:
        found = store.frame(f"SELECT card, page, seq {_WITHIN}", asked)
        yield found.cast({name: EVENTS[name] for name in IDENTITY}).join(
            events, on=IDENTITY, how="semi"
        )


class Keeper:
    def __init__(
        self, store: EventStore, directory: Directory, zones: Zones, folder: Path, clock: Clock
    ) -> None:
        self._store = store
        self._directory = directory
        self._zones = zones
        self._folder = folder
        self._clock = clock

    def settle(self) -> None:
        """What a run that was killed had begun."""
        for draft in self._folder.glob(_PLAN.replace("arrow", "draft")):
            draft.unlink()
        for plan in self._folder.glob(_PLAN):
            token = plan.stem.removeprefix("begun-")
            events = pl.read_ipc(plan)
            stored = stored_of(self._store, events)
            there = events.join(stored, on=IDENTITY, how="semi")
            self._end(plan, token, there, there.clear(), 0)

    def keep(self, events: pl.DataFrame, duplicates: pl.DataFrame, refused: int) -> None:
        """`events` are new and as the table wants them, with their `day`, as `duplicates` have."""
        token = secrets.token_hex(16)
        plan = self._folder / _PLAN.replace("*", token)
        planned = events.select(
            pl.col("card", "class").cast(pl.String),
            pl.col("at").dt.epoch("ms"),
            *("page", "seq", "day"),
        ).select(_PLANNED)
        self._write_plan(plan, planned)
        if events.height:
            self._store.insert("events", events.drop("day"), token=token)
        self._end(plan, token, planned, duplicates, refused)

    def _write_plan(self, plan: Path, planned: pl.DataFrame) -> None:
        """Visible only when whole."""
        draft = plan.with_suffix(".draft")
        try:
            with draft.open("wb") as file:
                planned.write_ipc(file)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(plan)
        except OSError as error:
            draft.unlink(missing_ok=True)  # on a full disk it holds the room that is missing
            raise Unavailable(
                f"{plan.parent} cannot be written ({error.strerror or error}); make room or give "
                "the right to, then run this again: what is stored will not be stored twice."
            ) from None

    def _end(
        self, plan: Path, token: str, stored: pl.DataFrame, duplicates: pl.DataFrame, refused: int
    ) -> None:
        now_ms = self._clock()
        counts = self._counts(stored, duplicates, refused, now_ms)
        flush = Flush(token, counts)
        if counts and not is_stored(flush, self._store):
            self._store.insert("ledger", ledger_rows(flush, now_ms), token=token)
        # Those that were there already too: whoever stored them may have been killed here.
        every = pl.concat([stored.select("card", "day"), duplicates.select("card", "day")])
        days = ended(every, self._zones, now_ms)
        if days:
            with self._directory.write() as conn:
                rollup_state.mark_late(conn, days)
        plan.unlink()

    def _counts(
        self, stored: pl.DataFrame, duplicates: pl.DataFrame, refused: int, now_ms: int
    ) -> Counter[CountKey]:
        """Received today, each on the day of its card's zone, whatever day it is of."""
        one_of = (
            pl.when(pl.col("class") == "human").then(pl.lit(HUMAN)).otherwise(pl.lit(AUTOMATIC))
        )
        became = pl.concat(
            [
                stored.group_by("card", outcome=one_of).len(),
                duplicates.group_by("card", outcome=pl.lit(DUPLICATE)).len(),
            ]
        ).join(self._zones, on="card", how="left")
        counts: Counter[CountKey] = Counter()
        for card, outcome, n, zone in became.iter_rows():
            day = local_day(now_ms, zone or NO_CARD_ZONE).isoformat()
            counts[day, card, outcome] += n
            counts[day, card, ACCEPTED] += n
        if refused:
            counts[local_day(now_ms, NO_CARD_ZONE).isoformat(), "", REFUSED] += refused
        return counts
