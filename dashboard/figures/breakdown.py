"""What the visits of a period were: by source, item, place, device, button, hour of the week."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import get_args

from dashboard.figures.asks import Ask, Key, Sums
from dashboard.figures.cells import least_visitors, sum_of_cards
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import NOTHING, By, Counts, Row
from dashboard.filters import Filters

BYS: tuple[By, ...] = get_args(By)
WEEKDAY_HOUR: By = "weekday_hour"

Week = tuple[tuple[int, ...], ...]
"""Weekday × hour: seven rows of 24, from Monday."""


def breakdown(question: Question, by: By) -> Answer[tuple[Row, ...]]:
    if by == WEEKDAY_HOUR:
        return _weekday_hours(question)
    several = breakdowns(question, (by,))
    return Answer(several.asks, lambda sums: several.build(sums)[by])


def breakdowns(question: Question, bys: Sequence[By]) -> Answer[Mapping[By, tuple[Row, ...]]]:
    """Several at once, for the price of little more than one."""
    filters = question.filters
    apart = len(question.cards) > 1 and any(least_visitors(by, filters) for by in bys)
    keys: tuple[Key, ...] = ("by", "key", "card") if apart else ("by", "key")

    def build(sums: Sequence[Sums]) -> Mapping[By, tuple[Row, ...]]:
        [found] = sums
        return {by: _rows(_merged(_of(by, found), by, filters)) for by in bys}

    return Answer((Ask("dims", keys, question.period, bys=tuple(bys)),), build)


def _of(by: str, sums: Sums) -> dict[str, dict[str, Counts]]:
    """Per card, the counts of each key. Cards that were not told apart are one."""
    cards: dict[str, dict[str, Counts]] = defaultdict(dict)
    for (of, key, *card), counts in sums.items():
        if of == by:
            cards["".join(card)][key] = counts
    return cards


def _merged(
    cards: Mapping[str, Mapping[str, Counts]], by: str, filters: Filters
) -> Mapping[str, Counts]:
    return sum_of_cards(cards, least_visitors(by, filters))


def _rows(counts: Mapping[str, Counts]) -> tuple[Row, ...]:
    ordered = sorted(counts.items(), key=lambda each: (-each[1].visits, each[0]))
    return tuple(
        Row(key, n.views, n.visitors, n.visits, n.clicks, n.contact_clicks) for key, n in ordered
    )


def _weekday_hours(question: Question) -> Answer[tuple[Row, ...]]:
    def build(sums: Sequence[Sums]) -> tuple[Row, ...]:
        [found] = sums
        return _rows({f"{day}-{hour:>02}": counts for (day, hour), counts in found.items()})

    return Answer((Ask("hours", ("weekday", "hour"), question.period),), build)


def starts(question: Question) -> Answer[Week]:
    """Visits by weekday × hour of their start: the grid of that breakdown. Under a filter visits
    know it themselves, and no event has to be read."""

    def build(sums: Sequence[Sums]) -> Week:
        [found] = sums
        return tuple(
            tuple(found.get((str(day), str(hour)), NOTHING).visits for hour in range(24))
            for day in range(1, 8)
        )

    return Answer((Ask("starts", ("weekday", "hour"), question.period),), build)
