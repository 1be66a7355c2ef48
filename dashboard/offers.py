"""What each part of the figures is, in one sentence, for those whose tier does not include it."""

from collections.abc import Mapping
from typing import NamedTuple

from schema.languages import N_
from schema.tiers import CATALOGUE, TIERS, Section, Tier


class Offer(NamedTuple):
    title: str
    sentence: str


OFFERS: Mapping[Section, Offer] = {
    "trends": Offer(N_("Trends"), N_("How views move from week to week and from month to month.")),
    "sources": Offer(
        N_("Sources"), N_("What brings visitors: your QR code, your signature, a search engine…")
    ),
    "places": Offer(
        N_("Places"), N_("The countries, regions and cities your visits come from, on a map.")
    ),
    "complete": Offer(
        N_("Complete dashboard"),
        N_("Hours and days, devices, time spent, the way to a contact, and the visits of now."),
    ),
    "consolidated": Offer(
        N_("All cards together"),
        N_("Your cards side by side, their sum, and what brings each one."),
    ),
}


def tier_with(section: Section) -> Tier:
    """The first tier that includes it."""
    return next(tier for tier in TIERS if section in CATALOGUE[tier].adds)
