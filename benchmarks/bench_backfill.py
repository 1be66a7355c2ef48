"""How long does a full backfill of 20 M events take, and in how much memory, against the best
single SQL statements that give the same tables in the embedded engine?

`bench_roll` tells of 100 M, for which the statements' memory would not suffice: it grows with the
events. `BACKFILL_EVENTS=1000000` asks for another number.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import history
from benchmarks.report import Report, Row

EVENTS = int(os.environ.get("BACKFILL_EVENTS", "20000000"))
CARDS = 20_000
DAYS = 30
MEMORY_BAR = "bar: < 1500, aim 800"
FIRST, LAST = date(2026, 10, 10), date(2026, 11, 9)
"""30 days of UTC touch 31 local days."""

# Each in a process of its own, whose memory is then that of one thing.
ONE_RUN = "import sys; from benchmarks import bench_backfill; bench_backfill.one_run(*sys.argv[1:])"

# The keys of a map are in the order of what made it.
_SUM = """\
SELECT count(), sum(cityHash64(toString(tuple(* REPLACE({sorted})))))
FROM {table}
"""
_SORTED = {
    "visits": "mapSort(targets) AS targets",
    "card_hours": "hour AS hour",
    "card_days": "mapSort(engaged) AS engaged",
    "card_dims": "key AS key",
}


def measure() -> Report:
    with tempfile.TemporaryDirectory(prefix="backfill-") as folder:
        events = history.make(Path(folder), events=EVENTS, cards=CARDS, days=DAYS)
        ours, sql = run("polars", folder), run("sql", folder)
    if ours["tables"] != sql["tables"]:
        raise AssertionError(f"The tables differ: {ours['tables']} and {sql['tables']}.")
    return Report(
        name="backfill",
        question=__doc__ or "",
        rows=(
            *cost(f"{events / 1e6:.1f} M events", ours, MEMORY_BAR),
            *cost("single SQL statements (baseline)", sql, ""),
            *(
                Row(f"  of which {table}", (seconds,), "s")
                for table, seconds in sql["parts"].items()
            ),
            Row("backfill / SQL", (ours["seconds"] / sql["seconds"],), "x", "bar: <= 1.0, aim 0.6"),
            Row("  processor time", (ours["cpu_s"] / sql["cpu_s"],), "x"),
        ),
        notes=f"{CARDS} cards, {DAYS} days, four tables of equal content on both sides.",
    )


def cost(what: str, told: Any, memory_bar: str) -> tuple[Row, ...]:
    return (
        Row(what, (told["seconds"],), "s"),
        Row("  processor time", (told["cpu_s"],), "s"),
        Row("  peak above idle", (told["memory_mb"],), "MB", memory_bar),
    )


def one_run(kind: str, folder: str) -> None:
    import polars as pl

    store = history.open_events(Path(folder))
    directory = history.open_people(Path(folder))
    pl.DataFrame({"warm": [1]}).lazy().group_by("warm").len().collect()
    store.rows("SELECT count() FROM events WHERE card = 'ccccc256'")
    idle_mb = _memory_mb("VmRSS")
    runs: dict[str, Callable[[Any, Any], dict[str, float]]] = {"polars": _ours, "sql": _sql}
    began_cpu_s = _cpu_s()
    parts = runs[kind](store, directory)
    cpu_s = _cpu_s() - began_cpu_s
    memory_mb = _memory_mb("VmHWM") - idle_mb
    tables = {
        table: store.rows(_SUM.format(table=table, sorted=how)) for table, how in _SORTED.items()
    }
    store.close()
    told = {
        "seconds": sum(parts.values()),
        "cpu_s": cpu_s,
        "parts": {name: round(seconds, 1) for name, seconds in parts.items()},
        "memory_mb": memory_mb,
        "tables": tables,
    }
    print(json.dumps(told))


def _ours(store: Any, directory: Any) -> dict[str, float]:
    from pipeline.backfill import Request, backfill
    from schema.clock import system_clock

    totals = backfill(store, directory, system_clock, Request(FIRST, LAST), lambda *_: None)
    return {"all": totals.seconds}


def _sql(store: Any, _directory: Any) -> dict[str, float]:
    import time

    from schema.testing.figures_by_sql import statements

    parts = {}
    for table, statement in statements(history.ZONE).items():
        store.run(f"TRUNCATE TABLE {table}")
        started = time.perf_counter()
        store.run(statement)
        parts[table] = time.perf_counter() - started
    return parts


def run(kind: str, folder: str) -> Any:
    command = [sys.executable, "-c", ONE_RUN, kind, folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory_mb(what: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith(what)]
    return int(line.split()[1]) / 1024
