"""How long does a file take: PDF of a month, Excel of a year, CSV of a million rows?"""

import csv
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO

from benchmarks import files_asked
from benchmarks.report import Report as Result
from benchmarks.report import Row as Figures
from dashboard.charts.values import Bar, Bars, Grid, Place, Places, Point, Series
from dashboard.exports import csv_file, excel, pdf
from dashboard.exports.document import Column, Definition, Figure, Report, Row, Subject
from dashboard.languages import read_languages
from schema.metrics import METRICS

RUNS = 9
CSV_RUNS = 3
CSV_ROWS = 1_000_000
KEYS = 200
"""Rows of each breakdown: more than any card's."""
LISTS = ("source", "item", "referrer", "city", "device", "browser", "os", "language", "target")
COUNTS = tuple(
    Column(name, "count") for name in ("Vues", "Visiteurs", "Visites", "Clics", "Contacts")
)
FIRST = date(2026, 1, 1)
FRENCH = read_languages()["fr"]


def measure() -> Result:
    month, year = _document(31, 20), _document(365, KEYS)
    return Result(
        name="exports",
        question=__doc__ or "",
        rows=(
            Figures("PDF of a month", _ms(RUNS, _pdf, month), "ms", "< 700"),
            Figures("PDF, first of a process", _first_pdf(), "ms", "< 700"),
            Figures("one line through typst (baseline)", _ms(RUNS, _one_line), "ms"),
            Figures("PDF of a year by day", _ms(RUNS, _pdf, year), "ms"),
            Figures("Excel of a year", _ms(RUNS, _excel, year), "ms", "< 1000"),
            Figures(
                "the same cells, plain xlsxwriter (baseline)", _ms(RUNS, _plain_excel, year), "ms"
            ),
            Figures("CSV of 1 M rows", _rows_per_s(_csv), "rows/s", "≥ 300,000"),
            Figures("the same rows, csv.writer (baseline)", _rows_per_s(_plain_csv), "rows/s"),
            Figures("CSV: memory, 1 M rows over 10,000", _memory(), "MB", "flat"),
            *files_asked.rows(),
        ),
        notes=(
            "From a document in memory, without the reading of figures, but for the last rows: "
            "those are asked of a server with demo data, reading of figures included. PDF is "
            "limited by typst's layout of tables, Excel by xlsxwriter's cells, CSV by a look-up "
            "per cell."
        ),
    )


def _ms(runs: int, work: Callable[..., object], *given: object) -> tuple[float, ...]:
    work(*given)
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work(*given)
        taken.append((time.perf_counter() - started) * 1000)
    return tuple(taken)


def _first_pdf() -> tuple[float, ...]:
    """With the fonts to be read and nothing remembered, as after a restart."""
    code = (
        "import time; from benchmarks import bench_exports as b; d = b._document(31, 20);"
        "t = time.perf_counter(); b.pdf.write(d, b.FRENCH); print((time.perf_counter() - t) * 1000)"
    )
    return tuple(float(_python(code)) for _ in range(CSV_RUNS))


def _python(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _one_line() -> None:
    from typst import compile

    compile(b"A line.", format="pdf", font_paths=pdf._fonts(), ignore_system_fonts=True)


def _pdf(document: Report) -> None:
    pdf.write(document, FRENCH)


def _excel(document: Report) -> None:
    excel.write(document, FRENCH, BytesIO())


def _plain_excel(document: Report) -> None:
    from xlsxwriter import Workbook

    with Workbook(BytesIO(), {"default_date_format": "yyyy-mm-dd"}) as book:
        for subject in document.subjects:
            sheet = book.add_worksheet()
            for number, row in enumerate(subject.rows()):
                sheet.write_row(number, 0, row)


def _rows_per_s(write: Callable[[int], None]) -> tuple[float, ...]:
    taken = []
    for _ in range(CSV_RUNS):
        started = time.perf_counter()
        write(CSV_ROWS)
        taken.append(CSV_ROWS / (time.perf_counter() - started))
    return tuple(taken)


def _csv(rows: int) -> None:
    subject = Subject(
        "s", "S", (Column("Jour", "day"), Column("Nom", "text"), *COUNTS), lambda: _many(rows)
    )
    for _ in csv_file.write(subject, csv_file.FRENCH):
        pass


def _plain_csv(rows: int) -> None:
    """Without a look at what begins as a formula, and with all of it in memory."""
    csv.writer(StringIO(), delimiter=";").writerows(_many(rows))


def _memory() -> tuple[float, ...]:
    """Of a process that writes many rows, less that of one that writes few."""
    code = "from benchmarks import bench_exports as b; print(b._peak_mb({}))"
    return (float(_python(code.format(CSV_ROWS))) - float(_python(code.format(10_000))),)


def _peak_mb(rows: int) -> float:
    _csv(rows)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _many(rows: int) -> Iterator[Row]:
    days = [FIRST + timedelta(days=n) for n in range(365)]
    names = [f"Bretagne, ville n° {n}" for n in range(5_000)]
    for n in range(rows):
        yield days[n % 365], names[n % 5_000], n % 1_000, n % 90, n % 80, n % 70, n % 60


def _document(days: int, keys: int) -> Report:
    return Report(
        title="Marie Moreau",
        address="https://carte.example/k7Hq2xPa",
        first=FIRST,
        last=FIRST + timedelta(days=days - 1),
        zone="Europe/Paris",
        made_at=datetime(2026, 11, 20, 18, 30),
        figures=tuple(Figure(f"Chiffre {n}", 1_000 * n, before=900 * n) for n in range(7)),
        subjects=(_trend(days), *(_list(name, keys) for name in LISTS), _regions(), _week()),
        definitions=tuple(Definition(each.label, each.definition) for each in METRICS),
        before=(date(2025, 12, 1), date(2025, 12, 31)),
    )


def _counted(n: int) -> Row:
    return n % 90, n % 80, n % 70, n % 60, n % 50


def _trend(days: int) -> Subject:
    points = tuple(Point(FIRST + timedelta(days=n), n % 90, n % 70) for n in range(days))
    rows = [(point.at, *_counted(n)) for n, point in enumerate(points)]
    columns = (Column("Jour", "day"), *COUNTS)
    return Subject(
        "trend", "Tendance", columns, lambda: rows, Series("Vues", "day", points, "Avant")
    )


def _list(name: str, keys: int) -> Subject:
    rows: Iterable[Row] = [(f"{name} {n}", *_counted(n)) for n in range(keys)]
    bars = Bars(name, tuple(Bar(f"{name} {n}", 90 - n) for n in range(8)))
    return Subject(name, name, (Column(name, "text"), *COUNTS), lambda: rows, bars)


def _regions() -> Subject:
    names = ("Bretagne", "Normandie", "Occitanie", "Île-de-France", "Corse")
    places = Places("Région", "france", tuple(Place(f"FR|{each}", each, 9) for each in names))
    rows: Iterable[Row] = [(each, *_counted(7)) for each in names]
    return Subject("region", "Région", (Column("Région", "text"), *COUNTS), lambda: rows, places)


def _week() -> Subject:
    grid = Grid("Visites", tuple(tuple(range(24)) for _ in range(7)))
    rows: Iterable[Row] = [(f"{hour} h", *(day[hour] for day in grid.cells)) for hour in range(24)]
    columns = (Column("Heure", "text"), *(Column(f"jour {n}", "count") for n in range(7)))
    return Subject("week", "Semaine", columns, lambda: rows, grid)
