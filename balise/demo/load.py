"""Fills an installation with the demo: people through the directory, traffic through the spool.

Events take the way that everybody's take: a spool file, the shipper with its real enrichment, the
rollups. The traffic of a day is always the same, so loading again adds only what has happened
since, and after a load that was cut short the shipper drops what it has seen.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec

from balise.demo.enrol import enrol
from balise.demo.people import ACCOUNTS, CARDS, USERS, DemoCard
from balise.demo.rhythm import DAYS, EVENTS, SEED, History
from balise.demo.traffic import traffic
from balise.installation import Installation
from schema.days import day_span_ms, local_day
from schema.errors import Unavailable
from schema.spooled import ADD_COUNT, SPOOL_SUFFIX, SpooledEvent, open_spool

LAST_ZONE = "Etc/GMT+12"
"""Where a day ends last: what is over there is over for every card."""
STALLED_S = 60
LOOK_S = 0.05
QUARTER_MS = 15 * 60_000

Step = Literal["generate", "ship", "roll"]
Progress = Callable[[Step, int, int], None]
"""Told how far a step has come: so much done, out of so much."""

_STORED = """
SELECT countIf(at < fromUnixTimestamp64Milli({end:Int64})), toUnixTimestamp64Milli(max(received))
FROM events WHERE card = {card:String} AND at >= fromUnixTimestamp64Milli({first:Int64})
"""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    accounts: int
    cards: int
    users: int
    events: int
    """Brought by this call: none when all was there."""
    days: int
    """Card days whose figures were computed by this call."""


def load_demo(
    place: Installation,
    *,
    events: int = EVENTS,
    days: int = DAYS,
    seed: int = SEED,
    progress: Progress = lambda _step, _done, _total: None,
) -> DemoSummary:
    now_ms = place.clock()
    with place.directory.write() as conn:
        begun_ms = enrol(conn, origin=place.settings.origin, days=days, now_ms=now_ms)
    history = History(local_day(begun_ms, LAST_ZONE) - timedelta(days=1), days, events)
    since_ms = {card.id: _since_ms(place, history, card, seed) for card in CARDS}
    lists = traffic(history, since_ms=since_ms, seed=seed, now_ms=now_ms)
    spool, spooled = _write_spool(place.settings.spool, lists, now_ms, events, progress)
    _ship(place, spool, spooled, progress)
    rolled = _roll(place, progress)
    return DemoSummary(len(ACCOUNTS), len(CARDS), len(USERS), spooled, rolled)


def _since_ms(place: Installation, history: History, card: DemoCard, seed: int) -> int:
    """When the card's last stored event was received. Unless its whole history is there: where
    what is kept begins, as retention would delete what was before."""
    from pipeline.limits import first_raw_day

    kept = first_raw_day(place.settings, place.clock(), card.zone)
    first_ms, _ = day_span_ms(kept, card.zone)
    _, end_ms = day_span_ms(history.last_day, card.zone)
    wanted = sum(history.events(seed, card, day) for day in history.days() if day >= kept)
    asked = {"card": card.id, "first": first_ms, "end": end_ms}
    [(stored, last_ms)] = place.store.rows(_STORED, asked)
    return int(last_ms) if stored >= wanted else first_ms


def _write_spool(
    folder: Path,
    lists: Iterable[list[SpooledEvent]],
    now_ms: int,
    expected: int,
    progress: Progress,
) -> tuple[Path, int]:
    """Into the spool folder only when whole: a shipper may take it the moment it is there."""
    path = folder / f"demo-{now_ms}-{secrets.token_hex(4)}{SPOOL_SUFFIX}"
    encoder = msgspec.json.Encoder()
    zones = {card.id: card.zone for card in CARDS}
    events = 0
    with TemporaryDirectory(prefix="demo-", dir=folder) as drafts:
        draft = Path(drafts) / path.name
        with closing(open_spool(draft)) as spool:
            spool.execute("BEGIN")
            for each in filter(None, lists):
                row = (now_ms, len(each), encoder.encode_lines(each))
                spool.execute(
                    "INSERT INTO batches (received_ms, events, body) VALUES (?, ?, ?)", row
                )
                spool.executemany(ADD_COUNT, _accepted(each, zones))
                events += len(each)
                progress("generate", events, max(expected, events))
            spool.execute("COMMIT")
        if events:
            progress("generate", events, events)
            draft.rename(path)
    return path, events


def _accepted(
    events: list[SpooledEvent], zones: Mapping[str, str]
) -> list[tuple[str, str, str, int]]:
    """The collector's part of the ledger. By quarter of an hour, as no zone's day begins within."""
    quarters = Counter((each.card, each.received // QUARTER_MS * QUARTER_MS) for each in events)
    return [
        (local_day(quarter, zones[card]).isoformat(), card, "accepted", n)
        for (card, quarter), n in quarters.items()
    ]


def _ship(place: Installation, spool: Path, events: int, progress: Progress) -> None:
    """Until the file is gone: by us, or by the server that runs beside us."""
    from pipeline.enrich import Enricher
    from pipeline.enrich.known import open_known
    from pipeline.ship import Shipper
    from pipeline.spools import pending_events

    shipper = Shipper(
        place.settings.spool,
        place.store,
        place.directory,
        Enricher(open_known(place.settings, place.directory)),
        place.clock,
    )
    moved_s, left = time.monotonic(), events
    with closing(shipper):
        while spool.exists():
            if not shipper.ship_once():
                time.sleep(LOOK_S)
            before, left = left, min(pending_events(place.settings.spool), events)
            progress("ship", events - left, events)
            moved_s = time.monotonic() if left < before else moved_s
            if time.monotonic() - moved_s > STALLED_S:
                raise Unavailable(
                    f"The event store {place.store.label} has taken nothing for {STALLED_S} s. "
                    "The demo's events are safe in the spool; try again when it answers."
                )


def _roll(place: Installation, progress: Progress) -> int:
    from pipeline.roll import roll_closed_days

    give_up_s = time.monotonic() + STALLED_S
    while True:
        try:
            days = roll_closed_days(place.store, place.directory, place.clock())
        except Unavailable:
            # A server beside us computes the same days just now.
            if time.monotonic() > give_up_s:
                raise
            time.sleep(LOOK_S)
            continue
        if days:
            progress("roll", days, days)
        return days
