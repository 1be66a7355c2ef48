"""A report of a month, with a subject of each shape and any text in every place for texts."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pytest

from dashboard.charts.values import Bar, Bars, Grid, Place, Places, Point, Series
from dashboard.exports.document import (
    Column,
    Definition,
    Figure,
    Report,
    Row,
    Subject,
)
from dashboard.languages import Language, read_languages

FIRST = date(2026, 11, 1)
DAYS = 20
HOSTILE = (
    '=HYPERLINK("https://x.example")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "＝1+1",
    " =1+1",
    "\u202e=1+1",
    "<script>alert(1)</script>",
    '#eval("1+1") $x$ *b* _i_ \\ `c` <a> @b //c',
    '"; DROP TABLE cards; --',
    "a\x00b\x1bc",
    "n" * 4_000,
    "مرحبا שלום",
    "👩‍🚀 🇷🇪 ☕",
    "日本語",
    'l1\r\nl2;"x",y',
)


@pytest.fixture(scope="session")
def french() -> Language:
    return read_languages()["fr"]


@pytest.fixture(scope="session")
def english() -> Language:
    return read_languages()["en"]


def days() -> Iterable[Row]:
    for n in range(DAYS):
        rate = None if n == 3 else n / 40
        yield (FIRST + timedelta(days=n), 1_000 + n, n, rate, 61)


@pytest.fixture(scope="session")
def make_report() -> Callable[..., Report]:
    def make(
        text: str = "Marie Moreau",
        *,
        texts: tuple[str, ...] = ("QR",),
        rows: Callable[[], Iterable[Row]] = days,
    ) -> Report:
        points = tuple(Point(row[0], row[1], 900) for row in days())
        day_columns = (
            Column("Jour", "day"),
            Column("Vues", "count"),
            Column("Clics", "count"),
            Column("Taux", "rate"),
            Column("Temps", "seconds"),
        )
        named = (Column(text, "text"), Column("Visites", "count"))
        hours = (Column("Heure", "hour"), Column("Vues", "count"))
        return Report(
            title=text,
            address="https://carte.example/k7Hq2xPa",
            first=FIRST,
            last=FIRST + timedelta(days=DAYS - 1),
            zone="Indian/Reunion",
            made_at=datetime(2026, 11, 20, 18, 30),
            figures=(Figure("Vues", 20_190, before=18_000), Figure(text, 0.25, "rate")),
            subjects=(
                Subject("days", "Jours", day_columns, rows, Series("Vues", "day", points, "Avant")),
                Subject(
                    "sources",
                    text,
                    named,
                    lambda: [(each, 12) for each in texts] + [("LinkedIn", 3)],
                    Bars("Sources", tuple(Bar(each, 12) for each in texts)),
                    note=text,
                ),
                Subject(
                    "regions",
                    "Régions",
                    named,
                    lambda: [("Bretagne", 9)],
                    Places("Régions", "france", (Place("FR|Bretagne", text, 9),)),
                ),
                Subject(
                    "hours",
                    "Heures",
                    hours,
                    lambda: [(datetime(2026, 11, 20, 18), 4)],
                    Grid("Vues", tuple((1,) * 24 for _ in range(7))),
                ),
                Subject("empty", "Rien", named, lambda: []),
            ),
            definitions=(Definition("Vues", "La carte a été ouverte."),),
            filters=(f"Source : {text}",),
            before=(date(2026, 10, 12), date(2026, 10, 31)),
        )

    return make


@pytest.fixture(scope="session", params=HOSTILE, ids=range(len(HOSTILE)))
def hostile(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


@pytest.fixture(scope="session")
def all_hostile() -> tuple[str, ...]:
    return HOSTILE
