"""The document of one card: the figures of its page, for the same days and filters, in full."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dashboard import drawings
from dashboard.asked import Asked
from dashboard.charts import values as chart
from dashboard.charts.words import weekdays
from dashboard.choices import choices
from dashboard.drawings import ROWS_SHOWN_MAX
from dashboard.exports.document import Column, Definition, Figure, Kind, Report, Row, Subject
from dashboard.figures import values
from dashboard.figures.breakdown import WEEKDAY_HOUR, breakdown, breakdowns
from dashboard.figures.read import Batch, Place
from dashboard.figures.series import series
from dashboard.figures.steps import steps
from dashboard.figures.totals import stats
from dashboard.languages import Language
from dashboard.words import DIMENSIONS
from schema.metrics import BY_NAME

COUNTED = ("views", "visitors", "visits", "clicks", "contact_clicks")
"""The columns of every table of counts, by their names in `schema/metrics.py`."""

MAIN_FIGURES: tuple[tuple[str, Kind], ...] = (
    ("views", "count"),
    ("visits", "count"),
    ("contact_clicks", "count"),
)
MORE_FIGURES: tuple[tuple[str, Kind], ...] = (
    ("visitors", "count"),
    ("contact_rate", "rate"),
    ("engaged_s_median", "seconds"),
)
TREND = "trend"
"""The subject of a CSV file that asks for no other."""


def report(place: Place, asked: Asked) -> Report:
    batch = Batch(place, asked.question)
    counted = batch.add(stats(asked.question))
    subjects = tuple(_subjects(batch, asked))
    view, zone = asked.view, ZoneInfo(asked.card.zone)
    today = datetime.fromtimestamp(place.now_ms / 1000, zone).replace(tzinfo=None)
    chosen = choices(view, today.date(), asked.sections, asked.words)
    return Report(
        title=asked.card.name,
        address=asked.card.url,
        first=view.choice.period.first,
        last=view.choice.period.last,
        zone=asked.card.zone,
        made_at=today,
        figures=_figures(counted(), asked),
        subjects=subjects,
        definitions=_definitions(asked),
        filters=tuple(words for words, _ in chosen.chips),
        before=(view.choice.before.first, view.choice.before.last),
    )


def _subjects(batch: Batch, asked: Asked) -> Iterable[Subject]:
    question, complete = asked.question, "complete" in asked.sections
    now = batch.add(series(question, asked.view.interval))
    before = batch.add(series(question.about(question.before), asked.view.interval))
    rows = batch.add(breakdowns(question, asked.bys))
    week = batch.add(breakdown(question, WEEKDAY_HOUR)) if complete else None
    way = batch.add(steps(question)) if complete else None
    yield _trend(now(), before(), asked)
    for by in asked.bys:
        yield _breakdown(by, rows(), asked)
    if week and way:
        yield _week(week(), asked)
        yield _way(way(), asked)


def _trend(now: Sequence[values.Point], before: Sequence[values.Point], asked: Asked) -> Subject:
    kind: Kind = "hour" if asked.view.interval == "hour" else "day"
    return Subject(
        TREND,
        asked.language.gettext("Trend"),
        (Column(asked.language.gettext("Date"), kind), *_counted(asked.language)),
        lambda: [(_local(point.at), *_counts(point)) for point in now],
        drawings.trend(now, before, asked.view.interval, asked.language),
    )


def _local(at: date) -> date:
    """Spreadsheets know no zones; the head of the file says which one is meant."""
    return at.replace(tzinfo=None) if isinstance(at, datetime) else at


def _breakdown(
    by: values.By, rows: Mapping[values.By, Sequence[values.Row]], asked: Asked
) -> Subject:
    name = asked.language.gettext(DIMENSIONS[by])
    return Subject(
        by,
        name,
        (Column(name, "text"), *_counted(asked.language)),
        lambda: [(asked.words.name(by, row.key), *_counts(row)) for row in rows[by]],
        _drawing(by, rows, asked),
    )


def _drawing(
    by: values.By, rows: Mapping[values.By, Sequence[values.Row]], asked: Asked
) -> chart.Drawing | None:
    """Places are on a map where there is one; of long lists the first are drawn."""
    if not rows[by]:
        return None
    if by in ("country", "region"):
        area = "world" if by == "country" else "france"
        found = drawings.maps(rows["country"], rows["region"], asked.words)
        return next((places for places in found if places.area == area), None)
    return drawings.bars(by, rows[by][:ROWS_SHOWN_MAX], asked.words, lambda by, key: "")


def _week(rows: Sequence[values.Row], asked: Asked) -> Subject:
    grid = drawings.week(rows, asked.language)
    days = (Column(name, "count") for name in weekdays(asked.language, short=False))
    return Subject(
        "weekday_hour",
        asked.language.gettext(DIMENSIONS["weekday_hour"]),
        (Column(asked.language.gettext("Hour"), "text"), *days),
        lambda: [
            (asked.language.hour(hour), *(day[hour] for day in grid.cells)) for hour in range(24)
        ],
        grid,
    )


def _way(found: values.Steps, asked: Asked) -> Subject:
    drawn = drawings.funnel(found, asked.language)
    return Subject(
        "steps",
        drawn.name,
        (
            Column(asked.language.gettext("Step"), "text"),
            Column(asked.language.gettext("Visits"), "count"),
        ),
        lambda: [(step.name, step.value) for step in drawn.steps],
        drawn,
    )


def _counted(language: Language) -> tuple[Column, ...]:
    return tuple(Column(language.gettext(BY_NAME[name].label), "count") for name in COUNTED)


def _counts(row: values.Point | values.Row) -> Row:
    return tuple(getattr(row, name) for name in COUNTED)


def _shown(asked: Asked) -> tuple[tuple[str, Kind], ...]:
    return MAIN_FIGURES + (MORE_FIGURES if "complete" in asked.sections else ())


def _figures(counted: values.Stats, asked: Asked) -> tuple[Figure, ...]:
    moving = (
        Figure(
            asked.language.gettext(BY_NAME[name].label),
            getattr(counted.totals, name),
            kind,
            getattr(counted.previous, name) if counted.previous else None,
        )
        for name, kind in _shown(asked)
    )
    return (*moving, Figure(asked.language.gettext(BY_NAME["automatic"].label), counted.automatic))


def _definitions(asked: Asked) -> tuple[Definition, ...]:
    names = dict.fromkeys([*(name for name, _ in _shown(asked)), *COUNTED, "automatic"])
    text = asked.language.gettext
    return tuple(Definition(text(BY_NAME[n].label), text(BY_NAME[n].definition)) for n in names)
