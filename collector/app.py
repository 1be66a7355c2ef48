"""What watchdogs ask of a process, and the collector's other cold routes."""

from collections.abc import Callable, Mapping

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from collector import script
from collector.route import OwnRoute
from collector.spool import Spool

_log = structlog.get_logger()

Check = Callable[[], str]
"""Looks at a part; gives a sentence about its trouble, or nothing."""


def routes(spool: Spool, checks: Mapping[str, Check]) -> list[Route]:
    return [*script.routes(), *watch_routes({"spool": lambda: spool.trouble, **checks})]


def watch_routes(checks: Mapping[str, Check]) -> list[Route]:
    """Checks of other parts come from outside: the collector knows nothing of the event store."""

    async def readyz(request: Request) -> Response:
        troubles = {part: await run_in_threadpool(check) for part, check in checks.items()}
        if not any(troubles.values()):
            return JSONResponse(dict.fromkeys(troubles, "ok"))
        # The sentences name folders and hosts: they are for the log, the answer is public.
        _log.warning("not_ready", **troubles)
        failing = {part: "failing" if text else "ok" for part, text in troubles.items()}
        return JSONResponse(failing, 503)

    return [OwnRoute("/healthz", _healthz), OwnRoute("/readyz", readyz)]


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("alive\n")
