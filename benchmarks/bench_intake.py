"""What does an acknowledged event cost, against the same HTTP server answering 204 to anything?"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.processes import serving
from benchmarks.report import Report, Row
from benchmarks.wrk import Load, load
from schema.clock import system_clock
from schema.testing.events import body, envelope
from schema.testing.installation import install
from schema.testing.server import BALISE

ROUNDS = 5
SECONDS = 3
BODIES = 500
EVENTS_MANY = 20
CONNECTIONS_RESTING = 256
"""Connections that rest between requests, to reach a rate below the maximum."""

# The very server that `balise collect` runs, without Balise in it.
BARE = """
import os, uvloop
from balise.listen import Server, bind
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
server = Server(app, lambda: None)
uvloop.run(server.serve(sockets=[bind("127.0.0.1", int(os.environ["PORT"]))]))
"""

NOTES = (
    "Both servers get the same requests, with the headers of a browser. What an event costs "
    "beyond the bare 204: some 10 µs of Python (decode 1.7, admit 2.8, hash 1, limits 0.8), "
    "and 100 to 150 µs for each commit, most of it fsync, shared by the requests of 2 ms; so "
    "the fewer requests there are, the more each costs. The rate at 64 connections is limited "
    "by the wait for the commit, as each connection waits for its answer. Tried, as multiples "
    "of the bare server's CPU in one run: the ASGI way with a lock and a dozen statements a "
    "commit 3.0; one statement a commit, groups handed over without a lock, 2.7; straight "
    "from the parser, without ASGI, 2.0; the loop giving way to the writer for at most a "
    "millisecond after it hands a group over, so that two busy threads do not fight for the "
    "interpreter's lock, 1.7. Committing on the loop itself would be no better and would stop "
    "everything for a slow disk. Without a spool it would be 1.3. No gain: commits 1, 3 or 4 ms "
    "apart (fewer cost less, "
    "but 64 connections then wait longer), a shorter switch interval of the interpreter, "
    "larger pages (twice the CPU of a commit at 16 KiB), rarer checkpoints (the log then "
    "grows instead of being written over), a frozen or lazier garbage collector."
)


def measure() -> Report:
    one, many = bodies(1), bodies(EVENTS_MANY)
    bare: list[Load] = []
    ours: list[Load] = []
    full: list[Load] = []
    calm: list[Load] = []
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder)) as (floor, collector):
        for _ in range(ROUNDS):
            bare.append(load(*floor, one, seconds=SECONDS))
            ours.append(load(*collector, one, seconds=SECONDS))
            full.append(load(*collector, many, seconds=SECONDS))
            calm.append(_at_70_percent(collector, one, ours[-1].requests_s))
    pairs = list(zip(ours, bare, strict=True))
    return Report(
        name="intake",
        question=__doc__ or "",
        rows=(
            Row("CPU an event, collector", tuple(each.cpu_us for each in ours), "µs"),
            Row("CPU a request, bare server (baseline)", tuple(each.cpu_us for each in bare), "µs"),
            Row("CPU, ratio", tuple(a.cpu_us / b.cpu_us for a, b in pairs), "×", "bar: ≤ 1.7"),
            Row("rate, collector, 64 connections", tuple(a.requests_s for a in ours), "/s"),
            Row("rate, bare server (baseline)", tuple(b.requests_s for b in bare), "/s"),
            Row(
                "rate, ratio",
                tuple(a.requests_s / b.requests_s for a, b in pairs),
                "×",
                "bar: ≥ 0.5",
            ),
            Row("p99, 64 connections", tuple(each.p99_ms for each in ours), "ms", "bar: < 25"),
            Row("p99, 70 % of the rate", tuple(each.p99_ms for each in calm), "ms", "bar: < 12"),
            Row("the rate at which that was", tuple(each.requests_s for each in calm), "/s"),
            Row(
                f"events, {EVENTS_MANY} a request",
                tuple(each.requests_s * EVENTS_MANY for each in full),
                "/s",
                "bar: ≥ 100 000",
            ),
        ),
        notes=NOTES,
    )


Target = tuple[str, int]


@contextmanager
def servers(folder: Path) -> Iterator[tuple[Target, Target]]:
    """The bare server and a real `balise collect`, each as address and process id."""
    data = folder / "var"
    install(data)
    with ExitStack() as stack:
        _, bare, floor = stack.enter_context(serving(data, sys.executable, "-c", BARE))
        _, ours, origin = stack.enter_context(serving(data, BALISE, "collect"))
        yield (floor, bare), (origin, ours)


def bodies(events: int) -> list[bytes]:
    """As the script sends them: a view, then clicks and engagements."""
    now_ms = system_clock()
    kinds: Sequence[dict[str, object]] = (
        {"name": "view"},
        {"name": "click", "target": "phone", "label": "header"},
        {"name": "engage", "ms": 12_000, "scroll": 80},
    )
    return [
        body(
            envelope(
                seed,
                sent=now_ms,
                events=[kinds[n % 3] | {"seq": n, "at": now_ms - n} for n in range(events)],
            )
        )
        for seed in range(BODIES)
    ]


def _at_70_percent(target: Target, sent: Sequence[bytes], most_s: float) -> Load:
    rest_ms = CONNECTIONS_RESTING / (0.7 * most_s) * 1e3
    return load(*target, sent, seconds=SECONDS, connections=CONNECTIONS_RESTING, pause_ms=rest_ms)
