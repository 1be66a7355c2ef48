"""What does the scheduled run cost for one more day, with 1, 10 and 100 M events stored before it?
And the full backfill of those?

`ROLL_STORED=1000000,5000000` asks for other sizes.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import bench_backfill, history
from benchmarks.bench_backfill import CARDS, DAYS, LAST
from benchmarks.report import Report, Row

STORED = tuple(map(int, os.environ.get("ROLL_STORED", "1000000,10000000,100000000").split(",")))
NEW = 200_000
"""Events of each day that is new."""
NEW_DAYS = tuple(date(2026, 11, day) for day in (10, 11, 12, 13))
"""The first of them warms up."""

# Each in a process of its own: nothing of the smaller store is in its memory.
ONE_STORE = "import sys; from benchmarks import bench_roll; bench_roll.one_store(sys.argv[1])"


def measure() -> Report:
    told = {stored: _told(stored) for stored in STORED}
    smallest = told[min(STORED)]
    rows: list[Row] = []
    for stored, found in told.items():
        name = f"{stored / 1e6:g} M stored"
        rows += bench_backfill.cost(f"{name}: full backfill", found, bench_backfill.MEMORY_BAR)
        rows.append(Row(f"{name}: processor time", tuple(found["cpu_each_s"]), "s"))
        rows.append(Row(f"{name}: time", tuple(found["each_s"]), "s"))
        ratios = tuple(
            each / first
            for each, first in zip(found["cpu_each_s"], smallest["cpu_each_s"], strict=True)
        )
        rows.append(Row(f"{name}: processor time / smallest", ratios, "x", "bar: flat"))
    return Report(
        name="roll",
        question=__doc__ or "",
        rows=tuple(rows),
        notes=f"{NEW} new events on {CARDS} cards each day; the days before are computed.",
    )


def one_store(folder: str) -> None:
    store = history.open_events(Path(folder))
    directory = history.open_people(Path(folder))
    found = [_one_day(store, directory, day) for day in NEW_DAYS][1:]
    store.close()
    each = {"cpu_each_s": [cpu for cpu, _ in found], "each_s": [wall for _, wall in found]}
    print(json.dumps(each))


def _told(stored: int) -> Any:
    with tempfile.TemporaryDirectory(prefix="roll-") as folder:
        history.make(Path(folder), events=stored, cards=CARDS, days=DAYS)
        backfilled = bench_backfill.run("polars", folder)
        _say_so(Path(folder))
        command = [sys.executable, "-c", ONE_STORE, folder]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return backfilled | json.loads(done.stdout)


def _say_so(folder: Path) -> None:
    """That all days of all cards are computed."""
    from schema.directory import cards, rollup_state
    from schema.directory.rollup_state import Rolled

    directory = history.open_people(folder)
    with directory.write() as conn:
        every = [card.id for card in cards.every(conn)]
        rollup_state.set_rolled(conn, dict.fromkeys(every, Rolled(LAST, history.ZONE)))
    directory.close()


def _one_day(store: Any, directory: Any, day: date) -> tuple[float, float]:
    from pipeline.roll import roll_closed_days
    from schema.days import day_start_ms

    start_ms = day_start_ms(day, history.ZONE)
    history.fill(store, events=NEW, cards=CARDS, days=1, first_ms=start_ms)
    now_ms = day_start_ms(day + timedelta(days=1), history.ZONE) + 3_600_000
    began_cpu_s, began_s = _cpu_s(), time.perf_counter()
    cells = roll_closed_days(store, directory, now_ms)
    spent = _cpu_s() - began_cpu_s, time.perf_counter() - began_s
    if cells != CARDS:
        raise AssertionError(f"{cells} days of cards were computed instead of {CARDS}.")
    return spent


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
