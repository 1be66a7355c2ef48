"""`/design`: the parts that pages are made of, alive, with what each is for."""

from datetime import date, timedelta

from starlette.requests import Request
from starlette.responses import Response

from dashboard.charts.figure import figure
from dashboard.charts.line import spark
from dashboard.charts.values import (
    Bar,
    Bars,
    Drawing,
    Funnel,
    Grid,
    Place,
    Places,
    Point,
    Series,
)
from dashboard.languages import Language
from dashboard.site import Reader

COLOURS = (
    *("paper", "sheet", "ink", "soft", "line", "edge"),
    *("sea", "sea-soft", "on-sea", "warn", "warn-soft", "before"),
)
LEVELS = tuple(f"level-{n}" for n in range(6))
SPACES = ("space-1", "space-2", "space-3", "space-4", "space-5", "space-6")

FIRST_DAY = date(2026, 10, 22)
VIEWS = (12, 18, 9, 22, 31, 17, 6, 14, 25, 28, 19, 33, 21, 8, 16, 29, 35, 24, 27, 41, 18, 11)
BEFORE = (9, 14, 11, 15, 20, 12, 7, 10, 19, 17, 16, 22, 18, 9, 12, 20, 23, 19, 16, 26, 13, 8)


def show(request: Request, reader: Reader) -> Response:
    language = reader.renderer.language
    return reader.renderer.page(
        "design.html",
        reader=reader,
        colours=(*COLOURS, *LEVELS),
        spaces=SPACES,
        spark=spark(VIEWS),
        drawings=[figure(drawing, language) for drawing in samples(language)],
    )


def samples(language: Language) -> tuple[Drawing, ...]:
    """One drawing of each kind, of a card that does not exist."""
    _ = language.gettext
    return (
        Series(_("Views"), "day", _points(), _("Previous period")),
        _week(_("Views")),
        Funnel(
            _("Views"),
            (Bar(_("Views"), 468), Bar(_("Clicks"), 203), Bar(_("Contact clicks"), 88)),
        ),
        Bars(
            _("Clicks"),
            (Bar(_("Phone"), 88), Bar(_("E-mail"), 61), Bar("LinkedIn", 34), Bar("Instagram", 20)),
        ),
        _france(_("Visits")),
        _world(_("Visits")),
    )


def _points() -> tuple[Point, ...]:
    days = (FIRST_DAY + timedelta(days=n) for n in range(len(VIEWS)))
    return tuple(Point(*row) for row in zip(days, VIEWS, BEFORE, strict=True))


def _week(name: str) -> Grid:
    return Grid(
        name,
        tuple(
            tuple(
                max(0, (5 if day < 5 else 2) * (6 - min(abs(h - 10), abs(h - 18))))
                for h in range(24)
            )
            for day in range(7)
        ),
    )


def _france(name: str) -> Places:
    counts = {"Île-de-France": 64, "Bretagne": 22, "Occitanie": 17, "Normandie": 9, "Corse": 1}
    rows = [Place(f"FR|{region}", region, n) for region, n in counts.items()]
    return Places(
        name, "france", (*rows, Place("RE", "La Réunion", 48), Place("GP", "Guadeloupe", 5))
    )


def _world(name: str) -> Places:
    counts = {"FR": 114, "RE": 48, "BE": 12, "CH": 9, "CA": 7, "MU": 4, "US": 3, "JP": 1}
    return Places(name, "world", tuple(Place(code, code, n) for code, n in counts.items()))
