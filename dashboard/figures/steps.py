"""The way from a visit to a contact, in visits."""

from collections.abc import Sequence

from dashboard.figures.asks import Ask, Sums
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import NOTHING, Steps


def steps(question: Question) -> Answer[Steps]:
    def build(sums: Sequence[Sums]) -> Steps:
        counts = sums[0].get((), NOTHING)
        return Steps(counts.visits, counts.click_visits, counts.contact_visits)

    return Answer((Ask("steps", (), question.period),), build)
