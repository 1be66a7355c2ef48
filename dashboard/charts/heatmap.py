"""Weekday × hour: when a card is looked at."""

from functools import cache

from markupsafe import Markup

from dashboard.charts.ink import join, level, sheet, styled, tag
from dashboard.charts.values import Grid
from dashboard.charts.words import weekdays
from dashboard.languages import Language

HOURS = 24
DAYS = 7
ROW_HEIGHT = 26
TOP = 22
HEIGHT = TOP + DAYS * ROW_HEIGHT
NAMES_PERCENT = 14
LABELLED = (0, 6, 12, 18)


def draw(grid: Grid, language: Language, width: int | None = None) -> Markup:
    return sheet(
        _hours(language),
        _days(language),
        _cells(grid),
        width=width or "100%",
        height=HEIGHT,
        name=grid.name,
    )


def _x(hour: int) -> str:
    return f"{NAMES_PERCENT + (100 - NAMES_PERCENT) * hour / HOURS:g}%"


@cache
def _hours(language: Language) -> Markup:
    return join(
        [styled("text", "tick", language.hour(hour), x=_x(hour), y=13) for hour in LABELLED]
    )


@cache
def _days(language: Language) -> Markup:
    return join(
        [
            styled("text", "tick", name, x=0, y=TOP + day * ROW_HEIGHT + 17)
            for day, name in enumerate(weekdays(language, short=True))
        ]
    )


def _cells(grid: Grid) -> Markup:
    most = max(max(row) for row in grid.cells)
    return tag(
        "svg",
        *[
            _cell(level(value, most), hour, day)
            for day, row in enumerate(grid.cells)
            for hour, value in enumerate(row)
        ],
        x=f"{NAMES_PERCENT}%",
        y=TOP,
        width=f"{100 - NAMES_PERCENT}%",
        height=DAYS * ROW_HEIGHT,
        viewBox=f"0 0 {HOURS} {DAYS}",
        preserveAspectRatio="none",
    )


@cache
def _cell(level: int, hour: int, day: int) -> Markup:
    return styled("rect", f"level-{level}", x=hour, y=day, width=0.9, height=0.88)
