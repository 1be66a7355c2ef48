"""The parts of a card's page that its menu leads to, from top to bottom. Pure."""

from collections.abc import Collection
from typing import NamedTuple

from schema.languages import N_
from schema.tiers import Section


class Part(NamedTuple):
    anchor: str
    """The `id` it has in `card_period.html`."""
    text: str
    section: Section
    """Of what the tier includes."""
    of_visits: bool = True
    """Left out of a page of days without a visit."""


PARTS = (
    Part("period", N_("Choose the days"), "trends", of_visits=False),
    Part("trend", N_("Trend"), "trends"),
    Part("sources", N_("Sources"), "sources"),
    Part("items", N_("Items"), "sources"),
    Part("places", N_("Places"), "places"),
    Part("hours", N_("Hours of the week"), "complete"),
    Part("way", N_("From a visit to a contact"), "complete"),
    Part("buttons", N_("Buttons"), "complete"),
    Part("devices", N_("Devices"), "complete"),
)


def contents(sections: Collection[Section], *, has_visits: bool) -> list[tuple[str, str]]:
    """Words and address of each part that the page has."""
    return [
        (part.text, f"#{part.anchor}")
        for part in PARTS
        if part.section in sections and (has_visits or not part.of_visits)
    ]
