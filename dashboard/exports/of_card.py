"""The document of one card: the figures of its page, for the same days and filters, in full."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard import drawings
from dashboard.asked import AskedOfOne
from dashboard.charts import values as chart
from dashboard.charts.words import weekdays
from dashboard.drawings import ROWS_SHOWN_MAX
from dashboard.exports import parts
from dashboard.exports.document import Column, Report, Subject
from dashboard.figures import values
from dashboard.figures.breakdown import WEEKDAY_HOUR, Week, breakdowns, starts
from dashboard.figures.read import Batch, Place
from dashboard.figures.series import series, series_before
from dashboard.figures.steps import steps
from dashboard.figures.totals import stats
from dashboard.words import DIMENSIONS


def report(place: Place, asked: AskedOfOne) -> Report:
    batch = Batch(place, asked.question)
    counted = batch.add(stats(asked.question))
    subjects = tuple(_subjects(batch, asked))
    card = asked.card
    return parts.report(
        place, asked, counted(), subjects, title=card.name, address=card.url, zones=[card.zone]
    )


def _subjects(batch: Batch, asked: AskedOfOne) -> Iterable[Subject]:
    question, complete = asked.question, "complete" in asked.sections
    now = batch.add(series(question, asked.view.interval))
    before = batch.add(series_before(question, asked.view.interval))
    rows = batch.add(breakdowns(question, asked.bys))
    week = batch.add(starts(question)) if complete else None
    way = batch.add(steps(question)) if complete else None
    yield parts.trend(now(), before(), asked)
    for by in asked.bys:
        yield _breakdown(by, rows(), asked)
    if week and way:
        yield _week(week(), asked)
        yield _way(way(), asked)


def _breakdown(
    by: values.By, rows: Mapping[values.By, Sequence[values.Row]], asked: AskedOfOne
) -> Subject:
    name = asked.language.gettext(DIMENSIONS[by])
    return Subject(
        by,
        name,
        (Column(name, "text"), *parts.counted_columns(asked.language)),
        lambda: [(asked.words.name(by, row.key), *parts.counts(row)) for row in rows[by]],
        _drawing(by, rows, asked),
    )


def _drawing(
    by: values.By, rows: Mapping[values.By, Sequence[values.Row]], asked: AskedOfOne
) -> chart.Drawing | None:
    """Places are on a map where there is one; of long lists the first are drawn."""
    if not rows[by]:
        return None
    if by in ("country", "region"):
        area = "world" if by == "country" else "france"
        found = drawings.maps(rows["country"], rows["region"], asked.words)
        return next((places for places in found if places.area == area), None)
    return drawings.bars(by, rows[by][:ROWS_SHOWN_MAX], asked.words, lambda by, key: "")


def _week(visits: Week, asked: AskedOfOne) -> Subject:
    grid = drawings.week(visits, asked.language)
    days = (Column(name, "count") for name in weekdays(asked.language, short=False))
    return Subject(
        "weekday_hour",
        asked.language.gettext(DIMENSIONS[WEEKDAY_HOUR]),
        (Column(asked.language.gettext("Hour"), "text"), *days),
        lambda: [
            (asked.language.hour(hour), *(day[hour] for day in grid.cells)) for hour in range(24)
        ],
        grid,
    )


def _way(found: values.Steps, asked: AskedOfOne) -> Subject:
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
