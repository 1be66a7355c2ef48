"""What the service finds wrong with itself: pure, each a list of alarms, mostly empty.

A job says them in the log and in its run record (`pipeline/jobs.py`), a page of ops in the language
of its reader; `/metrics` tells which jobs have something to say.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

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

MISSING = "The ledger of %(card)s does not balance: events missing: %(n)s."
TWICE = "The ledger of %(card)s does not balance: events there twice: %(n)s."
SILENT = (
    "Nothing has come for the card %(card)s since %(since)s, and much did at that time on the days "
    "before; is the script still on its page?"
)
WAITING = "Events wait in the spool since %(seconds)s s; does the event store answer?"
UNREADABLE = (
    "%(n)s spool files could not be read, such as %(file)s: check the disk. What could be salvaged "
    "is shipped; remove them when the ledger balances or nothing more is to be had."
)
MORE = "And %(n)s more."
SENTENCES = (MISSING, TWICE, SILENT, WAITING, UNREADABLE, MORE)

NO_CARD = "-"
"""What was refused before its card was known is counted under it."""

HOURS = pl.Schema({"card": pl.String(), "hour": pl.Int64(), "events": pl.Int64()})


class Alarm(NamedTuple):
    sentence: str
    """One of `SENTENCES`."""
    values: Mapping[str, str | int]

    def __str__(self) -> str:
        return self.sentence % self.values


def imbalances(missing: Mapping[str, int]) -> list[Alarm]:
    """Of each card, what the ledger misses."""
    return [
        Alarm(MISSING if n > 0 else TWICE, {"card": card or NO_CARD, "n": abs(n)})
        for card, n in sorted(missing.items())
        if n
    ]


def silences(hours: pl.DataFrame, now_ms: int) -> list[Alarm]:
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
        Alarm(SILENT, {"card": card, "since": _hour(until - silent)})
        for card, silent, events, _ in before.iter_rows()
        if _usually_busy(events)
    ]


def lag(oldest_pending_ms: int | None, now_ms: int) -> list[Alarm]:
    waited_ms = now_ms - (oldest_pending_ms or now_ms)
    if waited_ms <= LAG_MS_MAX:
        return []
    return [Alarm(WAITING, {"seconds": waited_ms // 1000})]


def unreadable(files: Sequence[str]) -> list[Alarm]:
    return [Alarm(UNREADABLE, {"n": len(files), "file": files[0]})] if files else []


def first_of(alarms: Sequence[Alarm]) -> list[Alarm]:
    """As many as one reads, and how many there are besides."""
    more = len(alarms) - NAMED_MAX
    return [*alarms[:NAMED_MAX], *([Alarm(MORE, {"n": more})] if more > 0 else [])]


def _usually_busy(days: Sequence[int]) -> bool:
    """Of the days without traffic none is in the list."""
    every = [*days, *[0] * (USUAL_DAYS - len(days))]
    return len(days) >= BUSY_DAYS_MIN and median(every) >= EVENTS_MIN


def _hour(number: int) -> str:
    return f"{datetime.fromtimestamp(number * HOUR_MS / 1000, UTC):%Y-%m-%d %H:%M} UTC"
