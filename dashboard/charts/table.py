"""The same figures in words: every drawing has its table, for those who do not see it or want more.

The table is also where `charts.js` reads what it shows beside a finger, so nothing is said twice.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, singledispatch

from markupsafe import Markup

from dashboard.charts.ink import said, share, styled, tag
from dashboard.charts.values import Bar, Bars, Drawing, Funnel, Grid, Places, Series
from dashboard.charts.words import last_day, percent, weekdays, whole
from dashboard.languages import Language


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    cells: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    """The days it stands for, when a reader can look at them closer."""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    heads: tuple[str, ...]
    """Of all columns, that of the names first."""
    lines: tuple[Line, ...]


@singledispatch
def table(drawing: Drawing, language: Language) -> Table:
    raise TypeError(f"No table is known for {type(drawing).__name__}.")


@table.register
def _series(series: Series, language: Language) -> Table:
    named = [series.name, series.before_name] if series.before_name else [series.name]
    lines = []
    for point in series.points:
        values = [point.value, point.before] if series.before_name else [point.value]
        cells = tuple("–" if n is None else language.number(n) for n in values)
        first = point.at.date() if isinstance(point.at, datetime) else point.at
        last = last_day(first, series.interval)
        lines.append(Line(whole(point, series.interval, language), cells, first, last))
    return Table(series.name, (language.gettext("Date"), *named), tuple(lines))


@table.register
def _grid(grid: Grid, language: Language) -> Table:
    """Turned round: 24 columns would not fit on a phone."""
    lines = tuple(
        Line(language.hour(hour), tuple(language.number(day[hour]) for day in grid.cells))
        for hour in range(24)
    )
    return Table(grid.name, (language.gettext("Hour"), *weekdays(language, short=True)), lines)


@table.register
def _bars(bars: Bars, language: Language) -> Table:
    return _shares(bars.name, bars.rows, language, bars.of)


@table.register
def _places(places: Places, language: Language) -> Table:
    rows = tuple(Bar(row.name, row.value) for row in places.rows)
    return _shares(places.name, rows, language)


@table.register
def _funnel(funnel: Funnel, language: Language) -> Table:
    first = funnel.steps[0].value if funnel.steps else 0
    lines = tuple(
        Line(step.name, (language.number(step.value), percent(step.value, first, language)))
        for step in funnel.steps
    )
    heads = (language.gettext("Step"), language.gettext("Number"), language.gettext("Share"))
    return Table(funnel.name, heads, lines)


def _shares(name: str, rows: tuple[Bar, ...], language: Language, of: int = 0) -> Table:
    total = of or sum(row.value for row in rows)
    lines = tuple(
        Line(
            row.name,
            (language.number(row.value), percent(row.value, total, language)),
            address=row.address,
        )
        for row in rows
    )
    heads = (language.gettext("Name"), language.gettext("Number"), language.gettext("Share"))
    return Table(name, heads, lines)


def html(found: Table, bars: tuple[int, ...] = (), longest: int = 0) -> Markup:
    """With `bars`, each name stands over a bar of that length."""
    most = max((longest, *bars))
    lines = [
        _line(line, found.heads, share(bars[n], most) if bars else "")
        for n, line in enumerate(found.lines)
    ]
    return tag(
        "table",
        tag("caption", found.name),
        tag("thead", tag("tr", *[tag("th", head, scope="col") for head in found.heads])),
        tag("tbody", *lines),
    )


def _line(line: Line, heads: tuple[str, ...], bar: str) -> Markup:
    """Written out, for a page has hundreds of lines, and with what each kind of them needs only."""
    if line.first:
        return _moment(line)
    name = f"<bdi>{said(line.name)}</bdi>"
    if line.address:
        name = f'<a href="{said(line.address)}">{name}</a>'
    if bar:
        name = f'<span class="label">{name}</span>{_bar(bar)}'
    cells = "".join([_cell(*pair) for pair in zip(line.cells, heads[1:], strict=True)])
    return Markup(f'<tr><th scope="row">{name}</th>{cells}</tr>')  # noqa: S704 (all is said)


def _moment(line: Line) -> Markup:
    """In words of our own, and in a table that keeps its columns."""
    last = f' data-to="{line.last}"' if line.last != line.first else ""
    cells = "".join([f"<td>{said(cell)}</td>" for cell in line.cells])
    head = f'<th scope="row">{said(line.name)}</th>'
    return Markup(f'<tr data-from="{line.first}"{last}>{head}{cells}</tr>')  # noqa: S704 (all is said)


# Numbers and shares come again and again, on one page and on the next.


@lru_cache(maxsize=4_096)
def _cell(text: str, head: str) -> Markup:
    return tag("td", text, data_name=head)


@lru_cache(maxsize=4_096)
def _bar(length: str) -> Markup:
    mark = styled("rect", "mark", width=length, height="100%")
    return tag("svg", mark, class_="share", aria_hidden="true", focusable="false")
