"""At 5 000 requests a second for a minute, how soon is an acknowledged event in the figures?"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import mean, quantiles
from threading import Event, Thread

from benchmarks.processes import resident_mb
from benchmarks.report import Report, Row
from pipeline.spools import pending_events
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.settings import load
from schema.store.opening import reach_store
from schema.testing.events import CARD, body, envelope
from schema.testing.kills import WITHOUT_LIMITS
from schema.testing.server import RunningServer, balise, environment, running

RATE = int(os.getenv("RATE", "5000"))
SECONDS = int(os.getenv("SECONDS", "60"))
CARDS = 300
CONNECTIONS = 64
PROBES_S = 20
LOOK_S = 0.02
SETTLE_S = 5
SCRIPT = Path(__file__).with_name("end_to_end.lua")

_VISIBLE = (
    "SELECT seq FROM events WHERE card = {card:String} AND at > now64(3) - INTERVAL 20 SECOND"
)


def measure() -> Report:
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: install it (Debian: apt install wrk).")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        ids = prepare(data)
        with running(data, "serve", **WITHOUT_LIMITS) as server:
            memory, probe = _Memory(server.process.pid), _Probe(server)
            with memory, probe:
                told = send(server.origin, ids)
            time.sleep(SETTLE_S)
            pending = pending_events(data / "spool")
            ledger = balise(data, "ledger", "--json")
            stored = _stored(data)
    acknowledged = told["requests"] + len(probe.waits_s)
    quarter = len(memory.seen_mb) // 4
    grown = mean(memory.seen_mb[-quarter:]) - mean(memory.seen_mb[quarter : 2 * quarter])
    rows = (
        Row(
            "requests acknowledged", (told["requests"] / told["seconds"],), "1/s", f"asked: {RATE}"
        ),
        Row(
            "p99 from acknowledged to visible", (quantiles(probe.waits_s, n=100)[98],), "s", "< 2 s"
        ),
        Row("  the middle one", (quantiles(probe.waits_s, n=2)[0],), "s"),
        Row("p99 of the answer", (told["p99_ms"],), "ms"),
        Row("refused or broken", (told["refused"] + told["broken"],), ""),
        Row(f"pending {SETTLE_S} s after the end", (pending,), "events", "bar: 0"),
        Row("acknowledged and not stored", (max(0, acknowledged - stored),), "events", "bar: 0"),
        Row("ledger does not balance", (float(ledger.returncode),), "", "bar: 0"),
        Row("memory of serve, largest", (max(memory.seen_mb),), "MB", "bar: < 700 MB"),
        Row("  last quarter minus the second", (grown,), "MB", "flat"),
    )
    return Report(name="end_to_end", question=__doc__ or "", rows=rows, notes=NOTES)


NOTES = (
    f"{SECONDS} s, wrk at an even rate over {CONNECTIONS} connections, {CARDS} cards, three events "
    f"a page; {PROBES_S} events a second of a card of their own are looked for every {LOOK_S} s "
    "through the control socket, so the wait contains that look. Load, probes and server share the "
    "cores. What has come is shipped every 0.2 s: that is most of the wait."
)


class Sampling:
    """Something done again and again on a thread, from entry to exit."""

    def __init__(self) -> None:
        self._enough = Event()
        self._thread = Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exc: object) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        raise NotImplementedError


class _Memory(Sampling):
    def __init__(self, pid: int) -> None:
        super().__init__()
        self.seen_mb: list[float] = []
        self._pid = pid

    def _run(self) -> None:
        while not self._enough.wait(1):
            self.seen_mb.append(resident_mb(self._pid))


class _Probe(Sampling):
    """Sends numbered events and waits until the store shows each."""

    def __init__(self, server: RunningServer) -> None:
        super().__init__()
        self.waits_s: list[float] = []
        self._port = int(server.origin.rpartition(":")[2])
        self._settings = load(environment(server.data), server.data)

    def _run(self) -> None:
        waiting: dict[int, float] = {}
        seq, next_s = 0, time.monotonic()
        with (
            closing(http.client.HTTPConnection("127.0.0.1", self._port)) as to,
            closing(reach_store(self._settings)) as store,
        ):
            while waiting or not self._enough.is_set():
                if time.monotonic() >= next_s and not self._enough.is_set():
                    self._send(to, seq)
                    waiting[seq] = time.monotonic()
                    seq, next_s = seq + 1, next_s + 1 / PROBES_S
                for (found,) in store.rows(_VISIBLE, {"card": CARD}):
                    if found in waiting:
                        self.waits_s.append(time.monotonic() - waiting.pop(found))
                time.sleep(LOOK_S)

    def _send(self, to: http.client.HTTPConnection, seq: int) -> None:
        now_ms = time.time_ns() // 1_000_000
        event = {"seq": seq, "name": "view", "at": now_ms}
        sent = body(envelope(0, page="probe0000000", sent=now_ms, events=[event]))
        to.request("POST", "/api/track", sent, {"Content-Type": "text/plain"})
        with to.getresponse() as answer:
            answer.read()
        if answer.status != 204:
            sys.exit(f"A probe was answered {answer.status}.")


def prepare(data: Path) -> list[str]:
    balise(data, "init")
    ids = [CARD, *(f"card{n:04}" for n in range(CARDS))]
    now_ms = time.time_ns() // 1_000_000
    with (
        closing(open_directory(f"sqlite:///{data}/balise.db")) as directory,
        directory.write() as conn,
    ):
        account = accounts.create(conn, name="A", tier="premium", locale="fr", now_ms=now_ms).id
        for card in ids:
            cards.create(
                conn,
                account=account,
                name=card,
                url="https://a.example",
                zone="Indian/Reunion",
                origins=(),
                now_ms=now_ms,
                id=card,
            )
    return ids[1:]


def send(
    origin: str,
    ids: Sequence[str],
    *,
    rate: int = RATE,
    seconds: int = SECONDS,
    name: str = "load",
) -> dict[str, float]:
    """Under another name, of four letters, the same pages are others."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(SCRIPT), origin],
        env=os.environ | {"RATE": str(rate), "CARDS": " ".join(ids), "NAME": name},
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _stored(data: Path) -> int:
    asked = balise(data, "sql", "--json", "SELECT count() AS n FROM events")
    return int(json.loads(asked.stdout)[0]["n"])
