"""Asks about closed days of one card: answered from its days, under a filter from its visits."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.figures import closed as rollups
from dashboard.figures.asks import Ask, Sums
from dashboard.figures.days import Closed
from dashboard.figures.one_card import days
from dashboard.figures.one_card.counted import of_closed_visits
from dashboard.figures.one_card.stored import visits
from dashboard.figures.question import Question
from dashboard.figures.values import summed
from schema.store import EventStore


def of_closed_days(
    store: EventStore, groups: Sequence[Closed], question: Question, asks: Sequence[Ask]
) -> dict[Ask, Sums]:
    if question.filters:
        return _of_visits(store, groups, question, asks)
    return _of_days(store, groups, question.cards[0].id, asks)


def _of_days(
    store: EventStore, groups: Sequence[Closed], card: str, asks: Sequence[Ask]
) -> dict[Ask, Sums]:
    of_days = [ask for ask in asks if days.is_of_days(ask)]
    told = {ask: rollups.answer_of(card, store, groups, ask) for ask in asks if ask not in of_days}
    if of_days:
        each = rollups.answer_of(card, store, groups, days.each_day(of_days))
        told |= {ask: days.told(ask, card, each) for ask in of_days}
    return told


def _of_visits(
    store: EventStore, groups: Sequence[Closed], question: Question, asks: Sequence[Ask]
) -> dict[Ask, Sums]:
    """Most cards have few: they are read once and counted as the visits of open days are."""
    told: dict[Ask, Sums] = {ask: {} for ask in asks}
    asked = [ask for ask in asks if not rollups.left_to_events(ask, question.filters)]
    if not groups or not asked:
        return told
    card = question.cards[0].id
    fitting = visits(store, card, groups, question.filters, asked)
    if fitting is None:
        counted = {ask: rollups.answer(store, groups, question.filters, ask) for ask in asked}
        return told | counted
    told |= {ask: of_closed_visits(card, ask, fitting) for ask in asked}
    for ask in [ask for ask in asked if ask.table == "days"]:
        beside = rollups.answer_of(card, store, groups, replace(ask, table="beside"))
        told[ask] = summed((told[ask], beside))
    return told
