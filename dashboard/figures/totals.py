"""The big numbers of a period beside those it is compared with, of all cards and of each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboard.figures.asks import IN_BEFORE, IN_PERIOD, Ask, Sums, by_day
from dashboard.figures.cells import least_visitors
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import (
    NOTHING,
    CardTotals,
    Counts,
    LastVisit,
    Stats,
    Totals,
    added,
    totals,
)
from dashboard.period import EARLIEST, LATEST, Period

EVER = Period(EARLIEST, LATEST)


def stats(question: Question) -> Answer[Stats]:
    least = least_visitors("", question.filters)

    def build(sums: Sequence[Sums]) -> Stats:
        counted, engaged = sums
        now, then = _within(question.period, counted), _within(question.before, counted)
        previous = totals(then, _seconds(engaged, IN_BEFORE))
        return Stats(
            totals=totals(now, _seconds(engaged, IN_PERIOD)),
            previous=previous if then.visitors >= least else None,
            automatic=now.automatic,
        )

    asked = question.period, question.before
    return Answer(
        (by_day(*asked), Ask("engaged", ("span", "second"), *asked)),
        build,
    )


def totals_of_cards(question: Question) -> Answer[tuple[CardTotals, ...]]:
    """In the order of the question; the median of each would cost a second for 500 cards."""

    def build(sums: Sequence[Sums]) -> tuple[CardTotals, ...]:
        [counted] = sums

        def of(card: str, span: str) -> Totals:
            return totals(counted.get((card, span), NOTHING), {})

        return tuple(
            CardTotals(card.id, of(card.id, IN_PERIOD), of(card.id, IN_BEFORE))
            for card in question.cards
        )

    asked = Ask("days", ("card", "span"), question.period, question.before)
    return Answer((asked,), build)


def last_visit(question: Question) -> Answer[LastVisit | None]:
    """Whenever that was: it is about the cards, not about the period."""

    def build(sums: Sequence[Sums]) -> LastVisit | None:
        [by_card] = sums
        zones = {card.id: card.zone for card in question.cards}
        latest = max(by_card.items(), key=lambda each: each[1].last_view_ms, default=None)
        return visit_hour(latest[1].last_view_ms, zones[latest[0][0]]) if latest else None

    return Answer((Ask("days", ("card",), EVER),), build)


def visit_hour(last_view_ms: int, zone: str) -> LastVisit | None:
    if not last_view_ms:
        return None
    local = datetime.fromtimestamp(last_view_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    return LastVisit(local.date(), local.hour)


def _within(period: Period, by_day: Sums) -> Counts:
    first, last = period.first.isoformat(), period.last.isoformat()
    return added(counts for (day,), counts in by_day.items() if first <= day <= last)


def _seconds(engaged: Sums, span: str) -> dict[int, int]:
    return {int(second): n.visits for (side, second), n in engaged.items() if side == span}
