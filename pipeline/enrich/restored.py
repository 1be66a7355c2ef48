"""Rules that ops restored: for these cards and days, what they caught is human again."""

from collections.abc import Iterable, Mapping

import polars as pl

from schema.days import day_span_ms
from schema.directory import cards, restored
from schema.directory.database import Directory
from schema.directory.restored import Restored

SPANS = pl.Schema(
    {"card": pl.String(), "decides": pl.String(), "start": pl.Int64(), "end": pl.Int64()}
)
"""When a rule does not hold for a card: [start, end), in milliseconds."""


NOTHING_RESTORED = pl.DataFrame(schema=SPANS)


class RestoredBook:
    """The spans in force, read again only when a card or a restoration has changed."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._revisions = (-1, -1)
        self._spans = NOTHING_RESTORED

    def spans(self) -> pl.DataFrame:
        with self._directory.read() as conn:
            # Read before the rest: a change in between is then seen the next time.
            revisions = cards.revision(conn), restored.revision(conn)
            if revisions != self._revisions:
                zones = {card.id: card.zone for card in cards.every(conn)}
                self._spans = spans_of(restored.every(conn), zones)
                self._revisions = revisions
        return self._spans


def spans_of(every: Iterable[Restored], zones: Mapping[str, str]) -> pl.DataFrame:
    rows = [
        (
            each.card,
            each.rule,
            day_span_ms(each.first, zones[each.card])[0],
            day_span_ms(each.last, zones[each.card])[1],
        )
        for each in every
    ]
    return pl.DataFrame(rows, schema=SPANS, orient="row")
