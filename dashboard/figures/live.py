"""The last 30 minutes as counts: of cards in one query, whoever many are listening; and of the card
of a page, in what is read for it anyway."""

from collections.abc import Iterable, Sequence

from dashboard.figures.asks import Ask, Sums
from dashboard.figures.question import Answer, Question
from dashboard.figures.values import NOTHING, Live
from dashboard.period import Period
from schema.days import local_day
from schema.store import EventStore
from schema.targets import CONTACT_NAMES

WINDOW_MS = 30 * 60_000

_NOW = """
SELECT toString(card), countIf(name = 'view'), uniqExactIf(visitor, name IN ('view', 'click')),
    countIf(name = 'click'), countIf(name = 'click' AND target IN {contacts:Array(String)})
FROM events
WHERE card IN {cards:Array(String)} AND class = 'human'
  AND at > fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
GROUP BY card
"""
NOBODY = Live(0, 0, 0, 0)


def live(store: EventStore, cards: Iterable[str], now_ms: int) -> dict[str, Live]:
    """Per card; one without a visit has no entry."""
    params = {"cards": list(cards), "contacts": list(CONTACT_NAMES), "since_ms": now_ms - WINDOW_MS}
    return {card: Live(*counts) for card, *counts in store.rows(_NOW, params)}


def now(question: Question, now_ms: int) -> Answer[Live]:
    [card] = question.cards
    since_ms = now_ms - WINDOW_MS

    def build(sums: Sequence[Sums]) -> Live:
        counts = sums[0].get((), NOTHING)
        return Live(counts.views, counts.visitors, counts.clicks, counts.contact_clicks)

    days = Period(local_day(since_ms, card.zone), local_day(now_ms, card.zone))
    return Answer((Ask("now", (), days, since_ms=since_ms),), build)
