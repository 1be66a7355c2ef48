"""Answers as drawings: their names in the reader's words, their rows leading to filtered pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dashboard.charts import values as chart
from dashboard.figures.breakdown import Week
from dashboard.figures.cells import is_known
from dashboard.figures.values import OTHERS, By, Interval, Point, Row, Steps
from dashboard.languages import Language
from dashboard.words import DIMENSIONS, OTHER_PLACES, key_name

ROWS_SHOWN_MAX = 5
"""Of a list, before the reader asks for the rest."""

FRENCH = frozenset(["FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"])
"""France and its territories, whose codes and maps are their own."""


@dataclass(frozen=True, slots=True)
class Words:
    """What drawings need to know of their reader and card."""

    language: Language
    items: Mapping[str, str]
    """Labels by code."""

    def name(self, by: str, key: str) -> str:
        return key_name(by, key, self.language, self.items)


def trend(
    points: Sequence[Point], before: Sequence[Point], interval: Interval, language: Language
) -> chart.Series:
    """Views over time. The two periods lie upon each other from their first points on."""
    earlier = [point.views for point in before[: len(points)]]
    missing = [None] * (len(points) - len(earlier))
    return chart.Series(
        language.gettext("Views"),
        interval,
        tuple(
            chart.Point(point.at, point.views, then)
            for point, then in zip(points, [*earlier, *missing], strict=True)
        ),
        language.gettext("Previous period"),
    )


def bars(
    by: By, rows: Sequence[Row], words: Words, address: Callable[[str, str], str]
) -> chart.Bars:
    """`address` gives the page filtered by one key; small places taken together have none."""
    return chart.Bars(
        words.language.gettext(DIMENSIONS[by]),
        tuple(
            chart.Bar(
                words.name(by, row.key),
                row.clicks if by == "target" else row.visits,
                "" if row.key == OTHERS else address(by, row.key),
            )
            for row in rows
        ),
    )


def tells_places(by: By, rows: Sequence[Row]) -> bool:
    """Where regions and towns are not known, their lists would be that of countries again."""
    return by not in OTHER_PLACES or any(is_known(row.key) for row in rows)


def split(drawn: chart.Bars, count: int) -> tuple[chart.Bars, chart.Bars]:
    """The first rows and the rest, drawn to one scale and with shares of one whole."""
    values = [row.value for row in drawn.rows]
    whole = replace(drawn, of=sum(values), longest=max(values, default=0))
    return replace(whole, rows=drawn.rows[:count]), replace(whole, rows=drawn.rows[count:])


def maps(countries: Sequence[Row], regions: Sequence[Row], words: Words) -> list[chart.Places]:
    """France when anyone came from there; the world when anyone came from elsewhere."""
    name = words.language.gettext("Visits")
    drawn = []
    if any(row.key in FRENCH for row in countries):
        overseas = [row for row in countries if row.key in FRENCH and row.key != "FR"]
        inside = [row for row in regions if row.key.startswith("FR|")]
        places = (*_places("region", inside, words), *_places("country", overseas, words))
        drawn.append(chart.Places(name, "france", places))
    if any(row.key and row.key not in FRENCH for row in countries):
        known = [row for row in countries if row.key]
        drawn.append(chart.Places(name, "world", _places("country", known, words)))
    return drawn


def week(visits: Week, language: Language) -> chart.Grid:
    return chart.Grid(language.gettext("Visits"), visits)


def funnel(steps: Steps, language: Language) -> chart.Funnel:
    return chart.Funnel(
        language.gettext("From a visit to a contact"),
        (
            chart.Bar(language.gettext("Visits"), steps.visits),
            chart.Bar(language.gettext("With a click"), steps.click_visits),
            chart.Bar(language.gettext("With a contact click"), steps.contact_visits),
        ),
    )


def _places(by: str, rows: Sequence[Row], words: Words) -> tuple[chart.Place, ...]:
    return tuple(chart.Place(row.key, words.name(by, row.key), row.visits) for row in rows)
