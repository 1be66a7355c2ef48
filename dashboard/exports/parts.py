"""What documents of one card and of several have in common: head, big numbers, counts, words."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from dashboard import drawings
from dashboard.choices import choices
from dashboard.drawings import Words
from dashboard.exports.document import Column, Definition, Figure, Kind, Report, Row, Subject
from dashboard.figures import values
from dashboard.figures.read import Place
from dashboard.languages import Language
from dashboard.view import View
from schema.metrics import BY_NAME
from schema.tiers import Section

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
AUTOMATIC = "automatic"
TREND = "trend"
"""The subject of a CSV file that asks for no other."""


class About(Protocol):
    """What a document is about, be it one card or several."""

    @property
    def view(self) -> View: ...
    @property
    def sections(self) -> frozenset[Section]: ...
    @property
    def words(self) -> Words: ...
    @property
    def language(self) -> Language: ...


def report(
    place: Place,
    about: About,
    stats: values.Stats,
    subjects: tuple[Subject, ...],
    *,
    title: str,
    address: str,
    zones: Sequence[str],
) -> Report:
    """`zones`: of its cards, the first for the moment at which it is written."""
    choice = about.view.choice
    made_at = datetime.fromtimestamp(place.now_ms / 1000, ZoneInfo(zones[0])).replace(tzinfo=None)
    chosen = choices(about.view, made_at.date(), about.sections, about.words)
    return Report(
        title=title,
        address=address,
        first=choice.period.first,
        last=choice.period.last,
        zone=", ".join(zones),
        made_at=made_at,
        figures=_figures(stats, about),
        subjects=subjects,
        definitions=_definitions(about),
        filters=tuple(words for words, _ in chosen.chips),
        before=(choice.before.first, choice.before.last),
    )


def trend(now: Sequence[values.Point], before: Sequence[values.Point], about: About) -> Subject:
    kind: Kind = "hour" if about.view.interval == "hour" else "day"
    return Subject(
        TREND,
        about.language.gettext("Trend"),
        (Column(about.language.gettext("Date"), kind), *counted_columns(about.language)),
        lambda: [(_local(point.at), *counts(point)) for point in now],
        drawings.trend(now, before, about.view.interval, about.language),
    )


def _local(at: date) -> date:
    """Spreadsheets know no zones; the head of the file says which one is meant."""
    return at.replace(tzinfo=None) if isinstance(at, datetime) else at


def column(name: str, kind: Kind, language: Language) -> Column:
    """Of a figure, by its name in `schema/metrics.py`."""
    return Column(language.gettext(BY_NAME[name].label), kind)


def counted_columns(language: Language) -> tuple[Column, ...]:
    return tuple(column(name, "count", language) for name in COUNTED)


def counts(row: values.Point | values.Row | values.Totals) -> Row:
    return tuple(getattr(row, name) for name in COUNTED)


def _shown(about: About) -> tuple[tuple[str, Kind], ...]:
    return MAIN_FIGURES + (MORE_FIGURES if "complete" in about.sections else ())


def _figures(counted: values.Stats, about: About) -> tuple[Figure, ...]:
    moving = (
        Figure(
            about.language.gettext(BY_NAME[name].label),
            getattr(counted.totals, name),
            kind,
            getattr(counted.previous, name) if counted.previous else None,
        )
        for name, kind in _shown(about)
    )
    return (*moving, Figure(about.language.gettext(BY_NAME[AUTOMATIC].label), counted.automatic))


def _definitions(about: About) -> tuple[Definition, ...]:
    names = dict.fromkeys([*(name for name, _ in _shown(about)), *COUNTED, AUTOMATIC])
    text = about.language.gettext
    return tuple(Definition(text(BY_NAME[n].label), text(BY_NAME[n].definition)) for n in names)
