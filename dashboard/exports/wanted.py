"""A file that somebody asked for: of which cards, as what, for which days, for whose eyes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from starlette.exceptions import HTTPException

from dashboard.asked import Asked, AskedOfOne, asked_of, page_of
from dashboard.asked_of_several import AskedOfSeveral, asked_of_several, belongings
from dashboard.exports import of_card, of_cards
from dashboard.exports.document import Report
from dashboard.figures.read import Place
from dashboard.languages import Language
from dashboard.site import EVERY_SECTION
from schema.directory.accounts import Account
from schema.directory.cards import Card
from schema.tiers import Section, Tier, sections

Kind = Literal["csv", "pdf", "xlsx"]

CARD_DAYS_MAX: Final = 1_000
"""Of a file that is made while one waits: nearly three years of one card, a month of thirty. CSV is
written as fast as it is read, so nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: Kind
    account: Account
    card: Card | None
    """None: all cards of the account, or of the group that the address names."""
    tier: Tier | None
    """What it may hold; None: everything, for ops."""
    params: Mapping[str, str]
    language: Language

    @property
    def sections(self) -> frozenset[Section]:
        return sections(self.tier) if self.tier else EVERY_SECTION

    @property
    def route(self) -> str:
        """In the table of access, where whoever may take the file is told."""
        return f"export_{self.kind}" if self.card else f"export_cards_{self.kind}"

    def asked(self, place: Place) -> AskedOfOne | AskedOfSeveral:
        """A file cannot show a sentence beside a field, so it is made only of what is right."""
        asked = self.looked(place)
        for wrong in asked.view.problems:
            raise HTTPException(wrong.status)
        if not asked.question.cards:
            raise HTTPException(404)
        return asked

    def looked(self, place: Place) -> AskedOfOne | AskedOfSeveral:
        """With what is wrong in it, for whoever can say so."""
        if self.card:
            return asked_of(page_of(self.card), self.params, self, self.card, place)
        own, group = belongings(place.directory, self.account), self.params.get("group", "")
        if not own.of_group(group):
            raise HTTPException(404)
        return asked_of_several(self.params, group, self, own, place)

    def document(self, place: Place, asked: AskedOfOne | AskedOfSeveral) -> Report:
        if isinstance(asked, AskedOfOne):
            return of_card.report(place, asked)
        return of_cards.report(place, asked, on_paper=self.kind == "pdf")


def takes_long(kind: Kind, asked: Asked) -> bool:
    """Whether it is a job, and nobody waits for it."""
    question = asked.question
    return kind != "csv" and len(question.cards) * question.period.length > CARD_DAYS_MAX
