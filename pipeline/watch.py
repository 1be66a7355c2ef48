"""What the service finds wrong with itself: pure, each a list of sentences, mostly empty.

A job says them in the log and in its run record (`pipeline/jobs.py`).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from pipeline.ledger import Line

LAG_MS_MAX = 60_000
USUAL_DAYS = 7
BUSY_DAYS_MIN = 6
"""Of these days, so many with traffic…"""
EVENTS_A_DAY_MIN = 20
"""…and so much in the middle one, make a card that normally has traffic."""
NAMED_MAX = 5


def imbalances(lines: Sequence[Line]) -> list[str]:
    """By card: a card whose time zone was changed may carry some over to the next day."""
    missing: Counter[str] = Counter()
    for line in lines:
        missing[line.card] += line.missing
    return [
        f"The ledger of {card or 'no card'} does not balance: "
        + (f"{n} events are missing." if n > 0 else f"{-n} events are there twice.")
        for card, n in sorted(missing.items())
        if n
    ]


def silences(lines: Sequence[Line], today: date) -> list[str]:
    """Nothing came yesterday and today for a card that had traffic on the days before."""
    received: dict[str, Counter[int]] = {}
    for line in lines:
        ago = (today - line.day).days
        if line.card and ago < 2 + USUAL_DAYS:
            received.setdefault(line.card, Counter())[ago] += line.received - line.invalid
    return [
        f"Nothing was received for the card {card} since {today - timedelta(days=2)}, and "
        "it had traffic every day; is the script still on its page?"
        for card, by_ago in sorted(received.items())
        if _usually_busy([by_ago[ago] for ago in range(2, 2 + USUAL_DAYS)])
        and not any(n for ago, n in by_ago.items() if ago < 2)
    ]


def lag(oldest_pending_ms: int | None, now_ms: int) -> list[str]:
    waited_ms = now_ms - (oldest_pending_ms or now_ms)
    if waited_ms <= LAG_MS_MAX:
        return []
    return [f"Events wait in the spool since {waited_ms // 1000} s; does the event store answer?"]


def _usually_busy(days: Sequence[int]) -> bool:
    return sum(n > 0 for n in days) >= BUSY_DAYS_MIN and median(days) >= EVENTS_A_DAY_MIN
