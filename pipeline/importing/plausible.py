"""Plausible's export: the daily totals of each page, `imported_pages_….csv`, alone or in its zip.

Plausible exports totals, not events. What a card's day says there (so many views by so many
visitors) becomes so many view events at noon of that day; docs/import.md says what that can and
cannot tell. Its other files hold totals of the whole site, and no card can be read out of them.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.importing.addresses import Addresses
from pipeline.importing.csv import table
from pipeline.importing.identity import SEQ_MAX
from pipeline.importing.rows import Rows, refused
from pipeline.importing.source import Source

MEMBER = "imported_pages*.csv"
NEEDED = ("date", "page", "visitors", "pageviews")
KNOWN = (*NEEDED, "hostname")
ROWS_AT_ONCE = 1_000
"""A day of a page becomes many events."""


def read(source: Source, addresses: Addresses) -> Iterator[Rows]:
    addresses_known = False
    for part in table(source, dict.fromkeys(KNOWN), NEEDED):
        if "hostname" not in part.frame.columns and not addresses_known:
            addresses.check_site()
            addresses_known = True
        yield Rows(part.frame.clear().select("line"), part.refused)
        for rows in part.frame.iter_slices(ROWS_AT_ONCE):
            yield _ours(rows, addresses)


def _ours(totals: pl.DataFrame, addresses: Addresses) -> Rows:
    host = "hostname" if "hostname" in totals.columns else ""
    frame = addresses.add_cards(totals, host=host, path="page")
    days = frame.filter(pl.col("card") != "").with_columns(
        pl.col("pageviews", "visitors").cast(pl.Int64, strict=False),
        pl.col("date").str.to_date("%Y-%m-%d", strict=False).alias("day"),
    )
    views, visitors = pl.col("pageviews"), pl.col("visitors")
    sound = (
        views.is_between(0, SEQ_MAX) & visitors.is_between(0, views) & pl.col("day").is_not_null()
    ).fill_null(value=False)
    bad = refused(
        days.filter(~sound)["line"].to_list(),
        "A day needs a date such as 2026-11-20, and not more visitors than views, both whole "
        f"numbers up to {SEQ_MAX}.",
    )
    good = days.filter(sound & (views > 0))
    noons = [_noon_ms(day, addresses.zones[card]) for card, day in good["card", "day"].iter_rows()]
    events = (
        good.with_columns(pl.Series("at", noons, pl.Int64), number=pl.int_ranges(0, views))
        .explode("number")
        .select(
            "line",
            "card",
            "at",
            pl.lit("view").alias("name"),
            pl.format("{}", pl.col("number") % pl.max_horizontal(visitors, 1)).alias("visitor"),
            pl.format("plausible {} {}", "card", "date").alias("key"),
        )
    )
    return Rows(events, bad, frame.height - days.height)


def _noon_ms(day: date, zone: str) -> int:
    return int(datetime.combine(day, time(12), ZoneInfo(zone)).timestamp() * 1000)
