"""The four tiers: one technical system, only the depth of display differs."""

from dataclasses import dataclass
from typing import Literal, get_args

Tier = Literal["essentiel", "premium", "force_de_vente", "multi_cartes"]
TIERS: tuple[Tier, ...] = get_args(Tier)
"""In order: each tier sees all that the tiers before it see."""

Section = Literal["essentiel", "places", "trends", "sources", "complete", "consolidated"]


@dataclass(frozen=True, slots=True)
class TierFacts:
    label: str
    adds: tuple[Section, ...]
    exports: tuple[str, ...]


CATALOGUE: dict[Tier, TierFacts] = {
    "essentiel": TierFacts("Essentiel", ("essentiel",), ()),
    "premium": TierFacts("Premium", ("places", "trends", "sources"), ("csv", "pdf")),
    "force_de_vente": TierFacts("Force de Vente", ("complete",), ("csv", "pdf")),
    "multi_cartes": TierFacts("Multi-Cartes", ("consolidated",), ("csv", "pdf", "xlsx")),
}


def sections(tier: Tier) -> frozenset[Section]:
    reach = TIERS[: TIERS.index(tier) + 1]
    return frozenset(section for each in reach for section in CATALOGUE[each].adds)
