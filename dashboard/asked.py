"""What a reader asks, as the address of a page, a file or an answer says it: of whatever cards
(`asked_of_several.py` has more), and of one."""

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
    view: View
    question: Question
    """Without the cards that had too few visitors from a place to be shown alone."""
    sections: frozenset[Section]
    words: Words

    @property
    def language(self) -> Language:
        return self.words.language


@dataclass(frozen=True, slots=True)
class AskedOfOne(Asked):
    card: Card

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
) -> AskedOfOne:
    """`path`: of the page that its choices lead to."""
    today = local_day(place.now_ms, card.zone)
    view = within(look(path, params, today), looking.sections)
    with place.directory.read() as conn:
        labels = {item.code: item.label for item in items.of_card(conn, card.id)}
    words = Words(looking.language, labels)
    return AskedOfOne(view, question_of((card,), view, place), looking.sections, words, card)


def question_of(cards: tuple[Card, ...], view: View, place: Place) -> Question:
    asked = Question(cards, view.choice.period, view.choice.before, view.filters)
    return shown_alone(place, asked)


def page_of(card: Card) -> str:
    return f"/cards/{card.id}"
