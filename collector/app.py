"""The collector's cold routes: the script, and what watchdogs ask."""

import gzip
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from collector.spool import Spool

SCRIPT_AGE_S = 600
"""The plain name of the script never changes, so a new version must arrive soon."""

_log = structlog.get_logger()

Check = Callable[[], str]
"""Looks at a part; gives a sentence about its trouble, or nothing."""


def routes(spool: Spool, checks: Mapping[str, Check]) -> list[Route]:
    """Checks of other parts come from outside: the collector knows nothing of the event store."""

    async def readyz(request: Request) -> Response:
        found = {part: await run_in_threadpool(check) for part, check in checks.items()}
        troubles = {"spool": spool.trouble} | found
        if not any(troubles.values()):
            return JSONResponse(dict.fromkeys(troubles, "ok"))
        # The sentences name folders and hosts: they are for the log, the answer is public.
        _log.warning("not_ready", **troubles)
        failing = {part: "failing" if text else "ok" for part, text in troubles.items()}
        return JSONResponse(failing, 503)

    return [Route("/b.js", _script()), Route("/healthz", _healthz), Route("/readyz", readyz)]


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("alive\n")


def _script() -> Callable[[Request], Response]:
    plain = (files("collector") / "static" / "b.js").read_bytes()
    packed = gzip.compress(plain, 9, mtime=0)
    tag = sha256(plain).hexdigest()[:16]
    shared = {
        "cache-control": f"public, max-age={SCRIPT_AGE_S}, stale-while-revalidate=86400",
        "vary": "accept-encoding",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
    }

    def script(request: Request) -> Response:
        zipped = "gzip" in request.headers.get("accept-encoding", "")
        # Each encoding is a representation of its own and has a tag of its own (RFC 9110, 8.8.3).
        etag = f'"{tag}-gzip"' if zipped else f'"{tag}"'
        headers = shared | {"etag": etag} | ({"content-encoding": "gzip"} if zipped else {})
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = packed if zipped else plain
        return Response(body, headers=headers, media_type="text/javascript")

    return script
