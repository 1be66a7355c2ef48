"""The big numbers of a period, as the reader's tier shows them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from dashboard.charts.line import spark
from dashboard.figures.values import Point, Stats
from dashboard.languages import Language
from schema.metrics import BY_NAME
from schema.tiers import Section

NOTHING = "–"

Change = float | Literal["new"] | None

MOVING = ("views", "visits", "contact_clicks")
"""Figures whose change says something; the others stand beside what they were."""
SPARK_POINTS = range(3, 63)
"""Fewer have no shape, and more do not show one in a tile."""


@dataclass(frozen=True, slots=True)
class Tile:
    metric: str
    title: str
    value: str
    change: Change = None
    note: str = ""
    spark: Markup | None = None


def tiles(
    stats: Stats, points: Sequence[Point], sections: frozenset[Section], language: Language
) -> tuple[Tile, ...]:
    """`points`: the same days one by one."""
    shown = [_moving(name, stats, points, language) for name in MOVING]
    if "complete" in sections:
        shown += [_visitors(stats, language), _rate(stats, language), _engaged(stats, language)]
    return tuple(shown)


def change(now: int, then: int | None) -> Change:
    """None where there is nothing to compare: nothing then and now, or no then."""
    if then is None or now == then == 0:
        return None
    return round((now - then) / then, 2) if then else "new"


def _moving(name: str, stats: Stats, points: Sequence[Point], language: Language) -> Tile:
    now: int = getattr(stats.totals, name)
    then = getattr(stats.previous, name) if stats.previous else None
    shape = tuple(getattr(point, name) for point in points) if now else ()
    return Tile(
        name,
        _title(name, language),
        language.number(now),
        change(now, then),
        spark=spark(shape) if len(shape) in SPARK_POINTS else None,
    )


def _visitors(stats: Stats, language: Language) -> Tile:
    value = language.number(stats.totals.visitors)
    note = language.gettext("an estimate, added up day by day")
    return Tile("visitors", _title("visitors", language), value, note=note)


def _rate(stats: Stats, language: Language) -> Tile:
    totals = stats.totals
    value = NOTHING if totals.contact_rate is None else language.share(totals.contact_rate)
    whole = language.ngettext(
        "%(part)s of %(whole)s visit", "%(part)s of %(whole)s visits", totals.visits
    )
    note = whole % {
        "part": language.number(totals.contact_visits),
        "whole": language.number(totals.visits),
    }
    return Tile(
        "contact_rate", _title("contact_rate", language), value, note=note if totals.visits else ""
    )


def _engaged(stats: Stats, language: Language) -> Tile:
    totals = stats.totals
    median = totals.engaged_s_median
    value = NOTHING if median is None else language.duration(median)
    note = language.gettext("half of the visits last longer") if totals.visits > 1 else ""
    return Tile("engaged_s_median", _title("engaged_s_median", language), value, note=note)


def _title(name: str, language: Language) -> str:
    return language.gettext(BY_NAME[name].label)
