"""Which local days have events that arrived after the day had ended: rollups take them again."""

from datetime import date

import polars as pl

from schema.days import day_start_ms, local_day
from schema.directory import cards
from schema.directory.database import Directory


class ZoneBook:
    """The time zone of every card, read again only when a card has changed."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._revision = -1
        self._zones = pl.DataFrame()

    def zones(self) -> pl.DataFrame:
        """Columns `card` and `zone`."""
        with self._directory.read() as conn:
            # Read before the cards: a change in between is then seen the next time.
            revision = cards.revision(conn)
            if revision != self._revision:
                pairs = [(card.id, card.zone) for card in cards.every(conn)]
                self._zones = pl.DataFrame(
                    pairs, schema={"card": pl.String, "zone": pl.String}, orient="row"
                )
                self._revision = revision
        return self._zones


def ended_days(events: pl.DataFrame, zones: pl.DataFrame, now_ms: int) -> set[tuple[str, date]]:
    """The (card, day) of each event whose day is over in its card's zone. Mostly there are none."""
    placed = events.select("card", "at").join(zones, on="card")
    starts = [
        (zone, day_start_ms(local_day(now_ms, zone), zone)) for zone in placed["zone"].unique()
    ]
    today = pl.DataFrame(starts, schema={"zone": pl.String, "today": pl.Int64}, orient="row")
    ended = placed.join(today, on="zone").filter(pl.col("at") < pl.col("today")).drop("today")
    return {(card, local_day(at, zone)) for card, at, zone in ended.iter_rows()}
