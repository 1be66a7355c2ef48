"""`/ops`: does everything run, and is every event accounted for?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from dashboard.site import Reader, Site
from schema.directory import runs
from schema.directory.runs import Run
from schema.languages import N_

BACKFILL = "backfill"
"""The name under which `balise backfill` records its runs."""
BACKFILLS_MAX = 5

OUTCOMES = {
    "human": N_("people"),
    "automatic": N_("automatic"),
    "duplicate": N_("sent twice"),
    "objected": N_("objected"),
    "invalid": N_("refused, with a reason"),
    "pending": N_("on their way"),
}
"""What becomes of what is received, in words."""


@dataclass(frozen=True, slots=True)
class Ledger:
    received: int
    parts: tuple[tuple[str, int], ...]
    missing: dict[str, int]
    """Cards whose events are not all accounted for; empty when it balances."""


@dataclass(frozen=True, slots=True)
class Spool:
    events: int
    age_s: int


@dataclass(frozen=True, slots=True)
class Backfill:
    days: str
    cards: int
    """Of these; none means all of them."""
    when: str
    part: float
    """How much of it is done."""
    run: Run


def show(request: Request, reader: Reader) -> Response:
    from pipeline.backfill import STOPPED

    site = reader.site
    with site.directory.read() as conn:
        latest = runs.latest(conn)
        backfills = runs.of_job(conn, BACKFILL, BACKFILLS_MAX)
    return reader.renderer.page(
        "ops/health.html",
        reader=reader,
        jobs=[(run, _when(reader, run), _alarms(reader, run)) for run in latest],
        backfills=[_backfill(reader, run, run.facts) for run in backfills if run.facts],
        ledger=_ledger(site),
        spool=_spool(site),
        words=OUTCOMES,
        stopped=STOPPED,
    )


def _alarms(reader: Reader, run: Run) -> str:
    """What the run found wrong, in the reader's language."""
    found = (run.facts or {}).get(runs.ALARMS, ())
    return " ".join(reader.language.gettext(sentence) % values for sentence, values in found)


def _backfill(reader: Reader, run: Run, facts: Mapping[str, Any]) -> Backfill:
    first, last = (date.fromisoformat(facts[name]) for name in ("from", "to"))
    whole = facts.get("of_events", 0)
    return Backfill(
        reader.renderer.language.days(first, last),
        len(facts["cards"]),
        _when(reader, run),
        facts["events"] / whole if whole else 1.0,
        run,
    )


def _ledger(site: Site) -> Ledger:
    from pipeline.late import ZoneBook
    from pipeline.ledger import Scope, read_ledger, read_missing

    zones = ZoneBook(site.directory).zones()
    lines = read_ledger(site.store, site.spool, zones, Scope(cards=False))
    missing = read_missing(site.store, site.spool, zones)
    return Ledger(
        received=sum(line.received for line in lines),
        parts=tuple((name, sum(getattr(line, name) for line in lines)) for name in OUTCOMES),
        missing={card: n for card, n in missing.items() if n},
    )


def _spool(site: Site) -> Spool:
    from pipeline import spools

    now_ms = site.clock()
    oldest_ms = spools.oldest_pending_ms(site.spool) or now_ms
    return Spool(spools.pending_events(site.spool), (now_ms - oldest_ms) // 1000)


def _when(reader: Reader, run: Run) -> str:
    words = reader.renderer.language
    started = datetime.fromtimestamp(run.started_ms / 1000, UTC)
    today = datetime.fromtimestamp(reader.site.clock() / 1000, UTC).date()
    return f"{words.day(started.date(), today)} {started:%H:%M} UTC"
