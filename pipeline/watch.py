"""What the service finds wrong with itself: pure, each a list of sentences, mostly empty.

A job says them in the log and in its run record (`pipeline/jobs.py`); `/metrics` tells which jobs
have something to say.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median

import polars as pl

LAG_MS_MAX = 60_000
HOUR_MS = 3_600_000
USUAL_DAYS = 7
BUSY_DAYS_MIN = 6
"""Of these days, so many with traffic in the hours that are silent now…"""
EVENTS_MIN = 20
"""…and so much in the middle one, make a card that normally has traffic at that time."""
DAYS_LOOKED_AT = 2 * USUAL_DAYS
"""A silence is told for a week; then the card has no traffic, normally."""
NAMED_MAX = 5

HOURS = pl.Schema({"card": pl.String(), "hour": pl.Int64(), "events": pl.Int64()})


def imbalances(missing: Mapping[str, int]) -> list[str]:
    """Of each card, what the ledger misses."""
    return [
        f"The ledger of {card or 'no card'} does not balance: "
        + (f"{n} events are missing." if n > 0 else f"{-n} events are there twice.")
        for card, n in sorted(missing.items())
        if n
    ]


def silences(hours: pl.DataFrame, now_ms: int) -> list[str]:
    """Cards for which nothing has come for an hour or more, and much did on the days before.

    `hours` has the columns `card`, `hour` (since 1970) and `events`, of hours with events. The last
    whole hours of a silence, a day of them at most, are held against the same hours of each of the
    days before it: a busy card is missed within two hours, a card of twenty events a day within a
    day, nobody at night, and no card on Sunday that rests on Sundays.
    """
    until = now_ms // HOUR_MS
    ago = until - 1 - pl.col("hour")
    silent = hours.group_by("card").agg(silent=ago.min()).filter(pl.col("silent") > 0)
    before = (
        hours.join(silent, on="card")
        .with_columns(days=ago // 24 - pl.col("silent") // 24)
        .filter(ago % 24 < pl.col("silent"), pl.col("days").is_between(1, USUAL_DAYS))
        .group_by("card", "silent", "days", a_week_ago=ago // 24 == 7)
        .agg(pl.col("events").sum())
        .group_by("card", "silent")
        .agg("events", pl.col("a_week_ago").any())
        .filter("a_week_ago")
        .sort("card")
    )
    return [
        f"Nothing has come for the card {card} since {_hour(until - silent)}, and much did at that "
        "time on the days before; is the script still on its page?"
        for card, silent, events, _ in before.iter_rows()
        if _usually_busy(events)
    ]


def lag(oldest_pending_ms: int | None, now_ms: int) -> list[str]:
    waited_ms = now_ms - (oldest_pending_ms or now_ms)
    if waited_ms <= LAG_MS_MAX:
        return []
    return [f"Events wait in the spool since {waited_ms // 1000} s; does the event store answer?"]


def unreadable(files: Sequence[str]) -> list[str]:
    if not files:
        return []
    return [
        f"{len(files)} spool files could not be read, such as {files[0]}: check the disk. What "
        "could be salvaged is shipped; remove them when the ledger balances or nothing more is "
        "to be had."
    ]


def _usually_busy(days: Sequence[int]) -> bool:
    """Of the days without traffic none is in the list."""
    every = [*days, *[0] * (USUAL_DAYS - len(days))]
    return len(days) >= BUSY_DAYS_MIN and median(every) >= EVENTS_MIN


def _hour(number: int) -> str:
    return f"{datetime.fromtimestamp(number * HOUR_MS / 1000, UTC):%Y-%m-%d %H:%M} UTC"
