"""What do 500 live listeners cost the process that serves them, in processor time and memory?

Each looks at a card of its own while visits come in at a steady pace. The same process takes these
in and stores them; what that costs with nobody listening is measured first and taken off.
"""

import asyncio
import os
import tempfile
import time
from contextlib import closing
from pathlib import Path

import httpx

from benchmarks.processes import memory_mb, processor_s
from benchmarks.report import Report, Row
from schema.clock import system_clock
from schema.directory import accounts, users
from schema.directory.database import Directory, open_directory
from schema.directory.tables import cards
from schema.testing.events import body, envelope
from schema.testing.server import balise, running

LISTENERS = 500
SECONDS = 20
SETTLE_S = 5
VISITS_S = 20
PASSWORD = "cinq cents regards"
OPS = "ops@bench.example"
PLAIN = {"Content-Type": "text/plain"}

Spent = tuple[float, float]
"""Seconds of processor time, and MB of memory."""


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        balise(data, "init")
        with closing(open_directory(f"sqlite:///{data}/balise.db")) as directory:
            _people(directory)
        with running(data, "serve") as server:
            alone, listened = asyncio.run(_measured(server.origin, server.process.pid))
    share = 100 * (listened[0] - alone[0]) / SECONDS
    return Report(
        name="live",
        question=__doc__ or "",
        rows=(
            Row(f"{LISTENERS} listeners", (share,), "% core", "bar: < 10 % of a core"),
            Row("their memory", (listened[1] - alone[1],), "MB", "bar: < 100 MB"),
            Row("visits alone, nobody listening", (100 * alone[0] / SECONDS,), "% core"),
        ),
        notes=f"{VISITS_S} visits a second come in. Load of the machine over the last minute: "
        f"{os.getloadavg()[0]:.1f}.",
    )


async def _measured(origin: str, pid: int) -> tuple[Spent, Spent]:
    many = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=origin, limits=many, timeout=60) as client:
        await client.post("/login", data={"email": OPS, "password": PASSWORD})
        visits = asyncio.create_task(_visits(client))
        alone = await _spent(pid)
        told = [asyncio.Event() for _ in range(LISTENERS)]
        listening = [asyncio.create_task(_listen(client, n, e)) for n, e in enumerate(told)]
        await asyncio.gather(*(each.wait() for each in told))
        listened = await _spent(pid)
        for task in (visits, *listening):
            task.cancel()
        ended = await asyncio.gather(visits, *listening, return_exceptions=True)
    for error in ended:
        if not isinstance(error, asyncio.CancelledError):
            raise RuntimeError(f"A listener ended early: {error!r}")
    return alone, listened


async def _spent(pid: int) -> Spent:
    await asyncio.sleep(SETTLE_S)
    before = processor_s(pid)
    await asyncio.sleep(SECONDS)
    return processor_s(pid) - before, memory_mb(pid)["Anonymous"]


async def _listen(client: httpx.AsyncClient, n: int, told: asyncio.Event) -> None:
    async with client.stream("GET", f"/cards/{_card(n)}/live") as answer:
        answer.raise_for_status()
        async for _ in answer.aiter_raw():
            told.set()


async def _visits(client: httpx.AsyncClient) -> None:
    n = 0
    while True:
        now_ms = time.time_ns() // 1_000_000
        seen = [{"seq": 0, "name": "view", "at": now_ms}]
        page = f"{n:012}"
        sent = envelope(0, card=_card(n % LISTENERS), page=page, sent=now_ms, events=seen)
        answer = await client.post("/api/track", content=body(sent), headers=PLAIN)
        answer.raise_for_status()
        n += 1
        await asyncio.sleep(1 / VISITS_S)


def _people(directory: Directory) -> None:
    now_ms = system_clock()
    with directory.write() as conn:
        of = accounts.create(conn, name="B", tier="multi_cartes", locale="fr", now_ms=now_ms).id
        users.create(
            conn,
            account=None,
            email=OPS,
            role="ops",
            password=PASSWORD,
            locale="fr",
            now_ms=now_ms,
        )
        common = {"account": of, "name": "A", "url": "https://example.fr", "zone": "UTC"}
        begun = {"origins": [], "created_ms": now_ms}
        made = [common | begun | {"id": _card(n)} for n in range(LISTENERS)]
        conn.execute(cards.insert(), made)


def _card(n: int) -> str:
    return f"c{n:07}"
