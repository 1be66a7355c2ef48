"""Server processes: `serve` is everything, `collect` only takes events in, `work` has no pages.

The order is the point. The address is taken before anything is opened, and parts stop in the
reverse of the order in which they started: pages, then the spool, then the shipper, stores last.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    ExitStack,
    asynccontextmanager,
    nullcontext,
)
from functools import partial
from ipaddress import ip_network
from socket import socket

import uvloop
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from balise import announce, garbage, metrics, parts
from balise.demo import show
from balise.folder import prepare
from balise.installation import held, never, ready_directory
from balise.listen import Server, bind, stop_on_signals
from balise.workers import Workers
from collector import app as collector
from collector import links, objection
from collector.asgi import HotPath
from collector.pages import Pages
from collector.track import Track
from collector.visitors import Networks
from schema.clock import Clock
from schema.directory.database import Directory
from schema.settings import Settings
from schema.store.address import Embedded, parse
from schema.store.control import serve_control
from schema.store.http import clickhouse_app

Ready = Callable[[], None]
Control = AbstractAsyncContextManager[None]


def serve(settings: Settings, clock: Clock, *, demo: bool = False) -> None:
    from dashboard.app import build

    with ExitStack() as stack:
        listening = stack.enter_context(bind(settings.host, settings.port))
        place = stack.enter_context(
            held(settings, clock, expendable=show.only_ours if demo else never)
        )
        shown = show.prepare(place) if demo else show.NOTHING
        shipper = stack.enter_context(parts.shipping(place))
        stack.enter_context(parts.scheduling(place))
        taken = stack.enter_context(parts.intake(settings, place.directory, clock))
        pages = build(
            directory=place.directory,
            store=place.store,
            clock=clock,
            origin=settings.origin,
            demo_logins=shown.logins,
            spool=settings.spool,
            exports=settings.exports,
            mail_server=settings.smtp,
            datacentres=settings.datacentres,
            trusted_proxies=_proxies(settings),
        )
        app = _hot(
            settings,
            place.directory,
            clock,
            taken,
            checks={"store": lambda: parts.trouble_of(place.store)},
            routes=[
                metrics.route(settings, clock, place, shipper.meter),
                *shown.routes,
                Mount("/", pages),
            ],
        )
        stack.enter_context(shown.stream)
        stack.enter_context(parts.exporting(pages.state.site.exporter))
        ready = partial(announce.pages, settings, shown.logins)
        server = Server(app, ready, track=app.track, on_stop=pages.state.site.board.close)
        garbage.spare()
        uvloop.run(_run(listening, server, _control(settings)))


def collect(settings: Settings, clock: Clock, *, workers: int = 1) -> None:
    with bind(settings.host, settings.port) as listening:
        prepare(settings)
        if workers == 1:
            _collect(listening, settings, clock, lambda: announce.intake(settings))
            return
        with ready_directory(settings):
            pass  # what is wrong with it is said once, before there are many
        announce.intake(settings)
        Workers(workers, lambda: _collect(listening, settings, clock, lambda: None)).supervise()


def _collect(listening: socket, settings: Settings, clock: Clock, ready: Ready) -> None:
    with (
        ready_directory(settings) as directory,
        parts.intake(settings, directory, clock) as taken,
    ):
        # Nothing here needs the store: a collector is ready without it.
        shown = [metrics.route(settings, clock)]
        app = _hot(settings, directory, clock, taken, checks={}, routes=shown)
        uvloop.run(_run(listening, Server(app, ready, track=app.track), nullcontext()))


def work(settings: Settings, clock: Clock, *, port: int | None = None) -> None:
    """With a port, it answers its watchdogs there, and nobody else."""
    with ExitStack() as stack:
        listening = stack.enter_context(bind(settings.host, port)) if port else None
        place = stack.enter_context(held(settings, clock))
        shipper = stack.enter_context(parts.shipping(place))
        stack.enter_context(parts.scheduling(place))
        ready, control = partial(announce.worker, settings), _control(settings)
        if listening:
            checks = {**_disk(settings), "store": lambda: parts.trouble_of(place.store)}
            shown = [
                *collector.watch_routes(checks),
                metrics.route(settings, clock, place, shipper.meter),
            ]
            server = Server(Starlette(routes=shown), ready)
            uvloop.run(_run(listening, server, control))
        else:
            uvloop.run(_wait(ready, control))


def _hot(
    settings: Settings,
    directory: Directory,
    clock: Clock,
    taken: parts.Intake,
    *,
    checks: Mapping[str, collector.Check],
    routes: Sequence[BaseRoute],
) -> HotPath:
    pages = Pages()
    cold = Starlette(
        routes=[
            *collector.routes(taken.spool, {**_disk(settings), **checks}),
            *links.routes(directory, taken.book.item_key, pages),
            *objection.routes(directory, pages),
            *routes,
        ]
    )
    # A redirect to the other spelling would lead wherever the request's Host header says.
    cold.router.redirect_slashes = False
    return HotPath(
        cold,
        Track(
            book=taken.book,
            spool=taken.spool,
            clock=clock,
            network_requests_s=settings.network_requests_s,
            card_requests_s=settings.card_requests_s,
            trusted_proxies=_proxies(settings),
        ),
    )


def _proxies(settings: Settings) -> Networks:
    return [ip_network(each, strict=False) for each in settings.trusted_proxies]


def _disk(settings: Settings) -> dict[str, collector.Check]:
    return {"disk": lambda: parts.lack_of_disk(settings)}


async def _run(listening: socket, server: Server, control: Control) -> None:
    async with control:
        stop_on_signals(server.stop)
        await server.serve(sockets=[listening])


async def _wait(ready: Ready, control: Control) -> None:
    stopped = asyncio.Event()
    stop_on_signals(stopped.set)
    async with control:
        ready()
        await stopped.wait()


@asynccontextmanager
async def _control(settings: Settings) -> AsyncIterator[None]:
    """Commands come through the socket only where this process alone holds the engine."""
    address = parse(settings.clickhouse)
    if not isinstance(address, Embedded):
        yield
        return
    async with serve_control(settings.control_socket, clickhouse_app(address.path)):
        yield
