"""`/metrics`: what this process can tell of itself, for Prometheus. Totals only, of nobody."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from balise.installation import Installation
from collector.route import OwnRoute
from schema.clock import Clock
from schema.directory.database import Directory
from schema.errors import BaliseError
from schema.settings import Settings

if TYPE_CHECKING:
    from pipeline.figures import Facts
    from pipeline.meter import Meter
    from pipeline.spools import Counts
    from schema.directory.runs import Run


def route(
    settings: Settings,
    clock: Clock,
    place: Installation | None = None,
    meter: "Meter | None" = None,
) -> OwnRoute:
    """With its stores and its shipper where the process has them."""

    def metrics(request: Request) -> Response:
        from pipeline.figures import CONTENT_TYPE, page

        facts = _facts(settings, clock(), place, meter)
        return Response(page(facts), headers={"content-type": CONTENT_TYPE})

    return OwnRoute("/metrics", metrics)


def _facts(
    settings: Settings, now_ms: int, place: Installation | None, meter: "Meter | None"
) -> "Facts":
    from pipeline import spools
    from pipeline.figures import Facts

    oldest_ms = spools.oldest_pending_ms(settings.spool) or now_ms
    return Facts(
        spool_events=spools.pending_events(settings.spool),
        spool_bytes=spools.spool_bytes(settings.spool),
        spool_age_s=(now_ms - oldest_ms) / 1000,
        spool_unreadable=len(spools.unreadable_files(settings.spool)),
        meter=meter,
        counts=_counts(place, settings) if place else None,
        last_runs=_last_runs(place.directory) if place else (),
    )


def _counts(place: Installation, settings: Settings) -> "Counts | None":
    from pipeline.ledger import TOTALS, read_counts

    try:
        return read_counts(place.store, settings.spool, TOTALS)
    except BaliseError:
        return None


def _last_runs(directory: Directory) -> Sequence["Run"]:
    from schema.directory import runs

    try:
        with directory.read() as conn:
            return runs.latest(conn)
    except BaliseError:
        return ()
