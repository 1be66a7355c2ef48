"""What a tier includes of a question: each breakdown, each filter, each interval. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from dashboard.figures.breakdown import WEEKDAY_HOUR
from dashboard.figures.values import By
from dashboard.offers import tier_with
from dashboard.period import Problem
from dashboard.view import View
from schema.languages import N_
from schema.tiers import CATALOGUE, Section

BYS: Mapping[Section, tuple[By, ...]] = {
    "sources": ("source", "item", "referrer"),
    "places": ("country", "region", "city"),
    "complete": ("device", "browser", "os", "language", "target"),
}
"""The breakdowns of a card's page, by the section that includes them."""

SECTION_OF_BY: Mapping[str, Section] = {
    **{by: section for section, bys in BYS.items() for by in bys},
    "medium": "sources",
    WEEKDAY_HOUR: "complete",
    "target": "essentiel",
}
"""Clicks by button are on every page; which visits clicked a button can be asked by all as well."""

BEYOND = N_("This choice is included from %(tier)s; it is left out here.")


def beyond(view: View, sections: frozenset[Section]) -> Iterator[tuple[str, Section]]:
    """The fields of the address that ask for more than these sections, and what they ask for."""
    for name, _ in view.filters:
        if SECTION_OF_BY[name] not in sections:
            yield name, SECTION_OF_BY[name]
    if view.chosen_interval == "hour" and "complete" not in sections:
        yield "interval", "complete"


def within(view: View, sections: frozenset[Section]) -> View:
    """The same without what is beyond these sections; what was left out is said."""
    left_out = dict(beyond(view, sections))
    by_hour = view.interval == "hour" and "complete" not in sections
    return replace(
        view,
        filters=tuple(pair for pair in view.filters if pair[0] not in left_out),
        interval="day" if by_hour else view.interval,
        chosen_interval="" if "interval" in left_out else view.chosen_interval,
        problems=(*view.problems, *map(_told, left_out.items())),
    )


def _told(field_and_section: tuple[str, Section]) -> Problem:
    field, section = field_and_section
    return Problem(field, BEYOND, {"tier": CATALOGUE[tier_with(section)].label}, 403)
