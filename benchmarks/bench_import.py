"""How many rows a second does an import bring into the embedded engine, from each format?"""

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.report import Report, Row
from pipeline.enrich import enrich
from pipeline.importing.formats import BY_NAME, Options
from pipeline.importing.report import Report as Refusals
from pipeline.importing.run import Place, import_file
from schema.clock import system_clock
from schema.directory import accounts, cards
from schema.directory.database import open_directory
from schema.directory.upgrade import upgrade
from schema.migrate import migrate
from schema.settings import load
from schema.store.address import parse
from schema.store.opening import open_store

ROWS = int(os.environ.get("BALISE_BENCH_ROWS", "5000000"))
ROWS_A_PART = 500_000
CARDS = 2_000
DAYS = 90
ZONES = ("Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Tahiti")
FORMATS = ("csv", "ndjson", "parquet")

ENGINE_READS = {"csv": "CSVWithNames", "ndjson": "JSONEachRow", "parquet": "Parquet"}
_ENGINE_ALONE = """
INSERT INTO copy (card, at, received, page, name, target, visitor, medium, referrer, country,
    device, browser, ms)
SELECT card, parseDateTime64BestEffort(at, 3, 'UTC'), now64(3), substring(hex(sipHash64(*)), 1, 12),
    name, target, sipHash64(visitor), medium, referrer, country, device, browser, ms
FROM file('{file}', '{kind}', 'card String, at String, name String, target String, visitor String,
    medium String, referrer String, country String, device String, browser String, ms UInt32')
"""

READ: dict[str, Callable[[Path], pl.DataFrame]] = {
    "csv": lambda path: pl.read_csv(path, infer_schema=False),
    "ndjson": pl.read_ndjson,
    "parquet": pl.read_parquet,
}


def measure() -> Report:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in FORMATS:
            file = _write(folder, kind)
            with _installation(folder / kind) as place:
                imported = _cost(lambda: _import(place, file, kind))  # noqa: B023
                again = _cost(lambda: _import(place, file, kind))  # noqa: B023
                place.store.run("CREATE TABLE copy AS events")
                engine = _cost(lambda: _engine_alone(place, file, kind))  # noqa: B023
            read = _cost(lambda: READ[kind](file))  # noqa: B023
            rows += [
                Row(kind, (imported.rows_s,), "rows/s", bar="bar: ≥ 100 000, aim 300 000"),
                Row("  processor time, all threads", (imported.cpu_us,), "µs/row"),
                Row("  the same file again, nothing new", (again.rows_s,), "rows/s"),
                Row("    processor time", (again.cpu_us,), "µs/row"),
                Row("  baseline: the engine takes the file itself", (engine.rows_s,), "rows/s"),
                Row("    processor time", (engine.cpu_us,), "µs/row"),
                Row("  an import against it", (imported.cpu_us / engine.cpu_us,), "times CPU"),
                Row("  baseline: Polars reads the file", (read.rows_s,), "rows/s"),
                Row("  file", (file.stat().st_size / ROWS,), "bytes/row"),
                Row("  peak memory of the process so far", (_peak_mb(),), "MB"),
            ]
            file.unlink()
    return Report(name="import", question=__doc__ or "", rows=tuple(rows), notes=NOTES)


NOTES = (
    f"{ROWS} rows in order of time, {CARDS} cards in {len(ZONES)} zones, {DAYS} days, a visitor "
    "for three rows, eleven columns, no agents. Limited by both cores: the insert takes a third, "
    "and the rest runs beside it. Tried, processor time per row before and after: a digest of each "
    "distinct combination of texts 2.4 µs, the sum of a digest per distinct value and column 0.9; "
    "local days by partition and sort 0.7, looked up among the first instants of days 0.1; "
    "ordinals by a window over pages 1.1, by a sort that only looks for equals 0.1. Of NDJSON's "
    "5.3 µs (CSV 4.7, Parquet 3.7, insert included) Polars' parser takes 1.2; given only the "
    "columns that are there it takes 1.0, but to look for them costs 1.7; msgspec into objects, "
    "then columns, 2.4. Reading and checking on a thread beside storing; before, one after "
    "the other. No gain: rows sorted before the insert; one insert of a million rows instead of "
    "four. Texts that are not numbered cost the insert twice as much. Visitors are hashed on the "
    "thread that reads: of CSV's 3.7 µs (pieces of 5 days) 1.6 are then there, 2.1 beside it. A "
    "piece that touches many days of many cards pays 5 µs to mark each of them late: 2.1 µs per "
    "row with 60 000 in a piece, 0.6 with 10 000. Left: insert 1.0, enrichment 0.45, hashing 0.4."
)


def _import(place: Place, file: Path, kind: str) -> None:
    totals = import_file(
        place, file, BY_NAME[kind], Options(), report=Refusals(file.with_suffix(".refused"))
    )
    assert totals.new + totals.duplicate == ROWS


@dataclass(frozen=True, slots=True)
class Cost:
    rows_s: float
    cpu_us: float
    """Of all threads, per row."""


def _cost(work: Callable[[], object]) -> Cost:
    started, used = time.perf_counter(), time.process_time()
    work()
    took, used = time.perf_counter() - started, time.process_time() - used
    return Cost(ROWS / took, used / ROWS * 1e6)


def _engine_alone(place: Place, file: Path, kind: str) -> None:
    """No checks, no identity, no ledger, no days: the least that brings the same columns in."""
    place.store.run(_ENGINE_ALONE.format(file=file, kind=ENGINE_READS[kind]))


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _installation(data: Path) -> Iterator[Place]:
    data.mkdir()
    address = f"chdb:///{data}/events"
    with (
        closing(open_store(address)) as store,
        closing(open_directory(f"sqlite:///{data}/balise.db")) as directory,
    ):
        migrate(store, parse(address))
        upgrade(directory)
        with directory.write() as conn:
            now_ms = system_clock()
            account = accounts.create(conn, name="A", tier="premium", locale="fr", now_ms=now_ms)
            for number in range(CARDS):
                cards.create(
                    conn,
                    account=account.id,
                    name="A",
                    url=f"https://example.fr/{number}",
                    zone=ZONES[number % len(ZONES)],
                    origins=(),
                    now_ms=now_ms,
                    id=f"card{number:04}",
                )
        settings = load({"BALISE_DATA": str(data)}, data)
        settings.spool.mkdir()
        yield Place(store, directory, settings, system_clock, enrich)


def _write(folder: Path, kind: str) -> Path:
    path = folder / f"rows.{kind}"
    if kind == "parquet":
        pl.concat(list(_parts())).write_parquet(path)
        return path
    with path.open("wb") as file:
        for number, part in enumerate(_parts()):
            if kind == "csv":
                part.write_csv(file, include_header=number == 0)
            else:
                part.write_ndjson(file)
    return path


def _parts() -> Iterator[pl.DataFrame]:
    """Visits of three events: a view, a click, an engagement; seeded."""
    draw = np.random.default_rng(1)
    until_ms = system_clock() - 86_400_000
    step_ms = DAYS * 86_400_000 // (ROWS // 3)
    for first in range(0, ROWS, ROWS_A_PART):
        row = np.arange(first, first + ROWS_A_PART)
        visit, step = row // 3, row % 3
        card = draw.integers(0, CARDS, ROWS_A_PART // 3 + 2)[visit - visit[0]]
        yield pl.DataFrame(
            {
                "card": pl.Series(card).cast(pl.String).str.zfill(4),
                "at": until_ms - (ROWS // 3 - visit) * step_ms + step * 4_000,
                "name": np.array(["view", "click", "engage"])[step],
                "target": np.array(["", "phone", ""])[step],
                "visitor": pl.Series(visit).cast(pl.String),
                "medium": np.array(["", "qr", "nfc", "link"])[visit % 4],
                "referrer": np.array(["", "www.google.com", "www.linkedin.com"])[visit % 3],
                "country": np.array(["FR", "RE", "PF", "GP", "BE"])[visit % 5],
                "device": np.array(["mobile", "desktop"])[visit % 2],
                "browser": np.array(["Safari", "Chrome", "Firefox"])[visit % 3],
                "ms": step // 2 * 12_000,
            }
        ).with_columns(
            pl.format("card{}", "card").alias("card"),
            pl.format("somebody.{}@example.fr", "visitor").alias("visitor"),
            pl.col("at").cast(pl.Datetime("ms", "UTC")).dt.strftime("%FT%H:%M:%S%.3fZ"),
        )
