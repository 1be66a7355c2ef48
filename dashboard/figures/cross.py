"""Cards against sources, places or hours: who brings contacts where. Rates, never alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import get_args

from dashboard.figures.asks import Ask, Sums
from dashboard.figures.cells import least_visitors, merge_small
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import NOTHING, Cell, Column, Counts, Cross, added, rate

COLUMNS: tuple[Column, ...] = get_args(Column)
WEAK_VIEWS = 30
"""Under so many views a rate says little, and the cell says so."""


def cross(question: Question, by: Column) -> Answer[Cross]:
    least = least_visitors(by, question.filters)

    def build(sums: Sequence[Sums]) -> Cross:
        cards: dict[str, dict[str, Counts]] = defaultdict(dict)
        for (card, key), counts in sums[0].items():
            cards[card][key] = counts
        shown = {card.id: merge_small(cards[card.id], least) for card in question.cards}
        keys = _keys(shown, by)
        return Cross(
            by,
            keys,
            {
                card: tuple(_cell(rows.get(key, NOTHING)) for key in keys)
                for card, rows in shown.items()
            },
        )

    if by == "hour":
        return Answer((Ask("hours", ("card", "hour"), question.period),), build)
    return Answer((Ask("dims", ("card", "key"), question.period, bys=(by,)),), build)


def _keys(shown: Mapping[str, Mapping[str, Counts]], by: Column) -> tuple[str, ...]:
    if by == "hour":
        return tuple(map(str, range(24)))
    found = {key for rows in shown.values() for key in rows}
    views = {key: added(rows[key] for rows in shown.values() if key in rows).views for key in found}
    return tuple(sorted(found, key=lambda key: (-views[key], key)))


def _cell(counts: Counts) -> Cell:
    return Cell(
        views=counts.views,
        contact_clicks=counts.contact_clicks,
        click_rate=rate(counts.contact_clicks, counts.views),
        is_weak=counts.views < WEAK_VIEWS,
    )
