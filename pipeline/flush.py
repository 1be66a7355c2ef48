"""A spool's counters on their way to the table `ledger`, each once.

They leave the counters under a token in one transaction. All rows of a flush and one row that
carries its token are one part of the table, so either all are there or none, for ever: unlike the
engine's own memory of tokens, which ends.
"""

from datetime import UTC, date, datetime

import polars as pl

from pipeline.frames import LEDGER
from pipeline.spools import Flush, SpoolFile
from schema.store import EventStore

FLUSH = "flush"
"""The outcome of the row that carries the token; it counts flushes."""

_IS_THERE = "SELECT 1 FROM ledger WHERE flush = {flush:String} LIMIT 1"


def flush_counters(file: SpoolFile, store: EventStore, now_ms: int) -> None:
    begun = file.begun_flush()
    if begun is not None and is_stored(begun, store):
        file.end_flush()
        begun = None
    flush = begun or file.begin_flush()
    if flush is not None:
        store.insert("ledger", ledger_rows(flush, now_ms), token=flush.token)
        file.end_flush()


def is_stored(flush: Flush, store: EventStore) -> bool:
    return bool(store.rows(_IS_THERE, {"flush": flush.token}))


def ledger_rows(flush: Flush, now_ms: int) -> pl.DataFrame:
    """One part: the counts, and the row that tells that they are there."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    rows = [
        (date.fromisoformat(day), card, outcome, "", n)
        for (day, card, outcome), n in flush.counts.items()
    ]
    return pl.DataFrame([*rows, (today, "", FLUSH, flush.token, 1)], schema=LEDGER, orient="row")
