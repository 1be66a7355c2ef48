"""The last 30 minutes of cards, as counts. One query, whoever many are listening."""

from collections.abc import Iterable

from dashboard.figures.values import Live
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
