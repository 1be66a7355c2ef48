"""The API as an application of its own, with errors for programs; mounted beside the pages."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from dashboard.api import problems
from dashboard.api.gate import endpoint
from dashboard.api.openapi import PREFIX, document
from dashboard.api.operations import OPERATIONS
from dashboard.api.quotas import Quotas
from dashboard.site import Site


def api(site: Site) -> Starlette:
    """Everything below `/api`."""
    app = Starlette(
        routes=[
            Route("/openapi.json", _openapi),
            Mount(PREFIX.removeprefix("/api"), routes=_routes()),
        ],
        exception_handlers=problems.HANDLERS,
    )
    app.router.redirect_slashes = False
    app.state.site = site
    app.state.quotas = Quotas()
    return app


def _routes() -> list[Route]:
    return [
        Route(each.path, endpoint(each), name=each.name, methods=[each.method])
        for each in OPERATIONS
    ]


async def _openapi(request: Request) -> Response:
    return Response(document(), media_type="application/json")
