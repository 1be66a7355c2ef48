"""What a reader asks about a card, as the address of a page, a file or an answer says it."""

from dataclasses import dataclass

from starlette.requests import Request

from dashboard.drawings import Words
from dashboard.figures.question import Question
from dashboard.figures.read import Place, shown_alone
from dashboard.figures.values import By
from dashboard.included import BYS, within
from dashboard.languages import Language
from dashboard.site import Reader
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


def asked_of(request: Request, reader: Reader, card: Card, place: Place) -> Asked:
    today = local_day(place.now_ms, card.zone)
    view = within(look(_path(request, card), request.query_params, today), reader.sections)
    with place.directory.read() as conn:
        labels = {item.code: item.label for item in items.of_card(conn, card.id)}
    asked = Question((card,), view.choice.period, view.choice.before, view.filters)
    return Asked(
        card,
        view,
        shown_alone(place, asked),
        reader.sections,
        Words(reader.renderer.language, labels),
    )


def _path(request: Request, card: Card) -> str:
    """Of the page that its choices lead back to: a guest stays on that of the shared link."""
    return request.url.path if "token" in request.path_params else f"/cards/{card.id}"
