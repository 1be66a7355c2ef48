"""What a reader asks about a card, as the address of a page, a file or an answer says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dashboard.drawings import Words
from dashboard.figures.question import Question
from dashboard.figures.read import Place, shown_alone
from dashboard.figures.values import By
from dashboard.included import BYS, within
from dashboard.languages import Language
from dashboard.view import View, look
from schema.days import local_day
from schema.directory import items
from schema.directory.cards import Card
from schema.tiers import Section


@dataclass(frozen=True, slots=True)
class Asked:
    card: Card
    view: View
    question: Question
    """Without cards when it is about one place with too few visitors to be shown alone."""
    sections: frozenset[Section]
    words: Words

    @property
    def language(self) -> Language:
        return self.words.language

    @property
    def bys(self) -> tuple[By, ...]:
        return tuple(by for section in BYS if section in self.sections for by in BYS[section])


class Looking(Protocol):
    """Whoever asks: what they may see, and in which language they read it."""

    @property
    def sections(self) -> frozenset[Section]: ...
    @property
    def language(self) -> Language: ...


def asked_of(
    path: str, params: Mapping[str, str], looking: Looking, card: Card, place: Place
) -> Asked:
    """`path`: of the page that its choices lead to."""
    today = local_day(place.now_ms, card.zone)
    view = within(look(path, params, today), looking.sections)
    with place.directory.read() as conn:
        labels = {item.code: item.label for item in items.of_card(conn, card.id)}
    asked = Question((card,), view.choice.period, view.choice.before, view.filters)
    return Asked(
        card,
        view,
        shown_alone(place, asked),
        looking.sections,
        Words(looking.language, labels),
    )


def page_of(card: Card) -> str:
    return f"/cards/{card.id}"
