"""A figure over time: a line over its area, and the period before as dashes.

Lengths across are shares of the width, so letters keep their size from a phone to a wide screen;
only the curve is stretched.
"""

from markupsafe import Markup

from dashboard.charts.ink import SMALL, join, share, sheet, styled, tag
from dashboard.charts.scale import spread, ticks
from dashboard.charts.values import Series
from dashboard.charts.words import tick
from dashboard.languages import Language

PLOT_HEIGHT = 190
TOP = 20
"""Room for the number that stands on the highest rule."""
HEIGHT = TOP + PLOT_HEIGHT + 26
CURVE_WIDTH = 1000
LABELS_MAX = 4
DOTS_MAX = 31
"""A line of more points says more without them."""


def draw(series: Series, language: Language, width: int | None = None) -> Markup:
    """`width` in pixels for paper; None takes what the page gives."""
    top = ticks(max((max(p.value, p.before or 0) for p in series.points), default=0))
    return sheet(
        _rules(top),
        _curves(series, top[-1], width or CURVE_WIDTH),
        _dots(series, top[-1]),
        _numbers(top, language),
        _labels(series, language),
        width=width or "100%",
        height=HEIGHT,
        name=series.name,
    )


def spark(values: tuple[int, ...]) -> Markup:
    """The shape of a period beside its number, which says it all: a picture without a name."""
    most = max((*values, 1))
    points = [(float(x), 1 + 22 * (1 - value / most)) for x, value in enumerate(values)]
    return tag(
        "svg",
        styled("path", "line", d=_path(points), vector_effect="non-scaling-stroke"),
        class_="spark",
        viewBox=f"0 0 {max(len(values) - 1, 1)} 24",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )


def _rules(marks: tuple[int, ...]) -> Markup:
    heights = [_height(mark, marks[-1]) for mark in marks]
    return join([styled("line", "rule", x1=0, x2="100%", y1=y, y2=y) for y in heights])


def _numbers(marks: tuple[int, ...], language: Language) -> Markup:
    """Above the curves, which would run through them."""
    return join(
        [
            styled("text", "scale", language.number(mark), x=0, y=_height(mark, marks[-1]) - 5)
            for mark in marks
        ]
    )


def _height(value: int, most: int) -> float:
    return TOP + PLOT_HEIGHT * (1 - value / most)


def _curves(series: Series, most: int, width: int) -> Markup:
    """In a sheet of its own, which alone is stretched."""
    values = _points([p.value for p in series.points], most, width)
    before = _points([p.before or 0 for p in series.points], most, width)
    floor = f"L{width} {PLOT_HEIGHT}L0 {PLOT_HEIGHT}Z"
    shapes = [styled("path", "area", d=_path(values) + floor, fill_opacity=0.6)]
    if series.before_name:
        shapes.append(_stroke("before", before))
    shapes.append(_stroke("line", values))
    return tag(
        "svg",
        *shapes,
        y=TOP,
        width="100%",
        height=PLOT_HEIGHT,
        viewBox=f"0 0 {width} {PLOT_HEIGHT}",
        preserveAspectRatio="none",
        overflow="visible",
    )


def _stroke(style: str, points: list[tuple[float, float]]) -> Markup:
    return styled("path", style, d=_path(points), vector_effect="non-scaling-stroke")


def _points(values: list[int], most: int, width: int) -> list[tuple[float, float]]:
    last = max(len(values) - 1, 1)
    return [
        (width * index / last, PLOT_HEIGHT * (1 - value / most))
        for index, value in enumerate(values)
    ]


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""


def _dots(series: Series, most: int) -> Markup:
    last = len(series.points) - 1
    shown = series.points if last < DOTS_MAX else ()
    return join(
        [
            styled(
                "circle",
                "mark",
                cx=share(index, last) if last else "50%",
                cy=_height(point.value, most),
                r=3,
            )
            for index, point in enumerate(shown)
            if point.value
        ]
    )


def _labels(series: Series, language: Language) -> Markup:
    last = len(series.points) - 1
    return join(
        [
            styled(
                "text",
                "tick",
                tick(series.points[index], series.interval, language),
                x=share(index, last) if last else "50%",
                y=HEIGHT - SMALL + 5,
                text_anchor=_anchor(index, last),
            )
            for index in spread(len(series.points), LABELS_MAX)
        ]
    )


def _anchor(index: int, last: int) -> str:
    if last == 0:
        return "middle"
    return "start" if index == 0 else "end" if index == last else "middle"
