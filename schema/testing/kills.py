"""`balise serve` under load, killed with SIGKILL again and again; then what is stored is compared
with what the client was told, and with the ledger."""

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

from schema.testing import stored
from schema.testing.load import Load
from schema.testing.server import balise, free_port, running

WITHOUT_LIMITS = {"network_requests_s": "1000000", "card_requests_s": "1000000"}
CLIENTS = 4
LIVES_S_MAX = 0.8


@dataclass(frozen=True, slots=True)
class Outcome:
    acknowledged: frozenset[tuple[str, int]]
    stored: tuple[tuple[str, int], ...]
    cut: int
    ledger: tuple[dict[str, int], ...]
    balanced: bool


def kill_under_load(data: Path, rounds: int, seed: int) -> Outcome:
    draw, port = Random(seed), free_port()
    with ExitStack() as stack:
        loads = [stack.enter_context(Load(port, name=f"l{n}")) for n in range(CLIENTS)]
        for _ in range(rounds):
            with running(data, "serve", port=port, **WITHOUT_LIMITS) as server:
                time.sleep(draw.uniform(0, LIVES_S_MAX))
                server.kill()
    with running(data, "serve", port=port, **WITHOUT_LIMITS) as server:
        server.stop()
    ledger = balise(data, "ledger", "--json")
    told = json.loads(ledger.stdout)
    return Outcome(
        acknowledged=frozenset().union(*(load.acknowledged for load in loads)),
        stored=tuple(stored.rows(data, "SELECT page, seq FROM events")),
        cut=sum(load.cut for load in loads),
        ledger=tuple(told["lines"]),
        balanced=told["balanced"],
    )
