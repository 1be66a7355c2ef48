"""`/metrics`: what this process can tell of itself, for Prometheus. Totals only, of nobody."""

from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.clock import Clock
from schema.errors import BaliseError
from schema.settings import Settings
from schema.store import EventStore

if TYPE_CHECKING:
    from pipeline.figures import Facts
    from pipeline.meter import Meter


def route(
    settings: Settings, clock: Clock, meter: "Meter | None" = None, store: EventStore | None = None
) -> Route:
    def metrics(request: Request) -> Response:
        from pipeline.figures import CONTENT_TYPE, page

        facts = _facts(settings, clock(), meter, store)
        return Response(page(facts), headers={"content-type": CONTENT_TYPE})

    return Route("/metrics", metrics)


def _facts(
    settings: Settings, now_ms: int, meter: "Meter | None", store: EventStore | None
) -> "Facts":
    from pipeline import spools
    from pipeline.figures import Facts
    from pipeline.ledger import TOTALS, read_counts

    counts = None
    if store is not None:
        with suppress(BaliseError):
            counts = read_counts(store, settings.spool, TOTALS)
    oldest_ms = spools.oldest_pending_ms(settings.spool) or now_ms
    return Facts(
        spool_events=spools.pending_events(settings.spool),
        spool_bytes=spools.spool_bytes(settings.spool),
        spool_age_s=(now_ms - oldest_ms) / 1000,
        meter=meter,
        counts=counts,
    )
