"""Umami's export of events, `website_event.csv`, alone or in the zip that it comes in.

docs/import.md says what is carried over. Umami's own id of an event is what we know it by.
"""

from collections.abc import Iterator

import polars as pl

from pipeline.importing.addresses import Addresses, medium
from pipeline.importing.csv import table
from pipeline.importing.rows import Rows
from pipeline.importing.source import Source
from schema.targets import TARGET_NAMES

MEMBER = "website_event*.csv"
NEEDED = ("event_id", "session_id", "hostname", "url_path", "event_type", "created_at")
KNOWN = (
    *NEEDED,
    *("event_name", "url_query", "referrer_domain", "language", "country", "city"),
    *("device", "browser", "os"),
)
_VIEW, _CUSTOM = "1", "2"

BROWSERS = {
    "chrome": "Chrome",
    "crios": "Chrome",
    "chromium-webview": "Android WebView",
    "firefox": "Firefox",
    "fxios": "Firefox",
    "ios": "Safari",
    "ios-webview": "Safari",
    "safari": "Safari",
    "edge": "Edge",
    "edge-chromium": "Edge",
    "edge-ios": "Edge",
    "opera": "Opera",
    "samsung": "Samsung Internet",
    "instagram": "Instagram",
    "facebook": "Facebook",
}
"""Umami's short names as ours; any other stays as it is."""

SYSTEMS = {"Mac OS": "macOS", "Android OS": "Android"}
DEVICES = {"laptop": "desktop"}


def read(source: Source, addresses: Addresses) -> Iterator[Rows]:
    for part in table(source, dict.fromkeys(KNOWN), NEEDED):
        yield _ours(part, addresses)


def _ours(part: Rows, addresses: Addresses) -> Rows:
    missing = [pl.lit("").alias(name) for name in KNOWN if name not in part.frame.columns]
    frame = part.frame.with_columns(pl.col(pl.String).fill_null(""), *missing)
    placed = addresses.add_cards(frame, host="hostname", path="url_path")
    events = placed.filter((pl.col("card") != "") & pl.col("event_type").is_in([_VIEW, _CUSTOM]))
    custom = pl.col("event_type") == _CUSTOM
    words = pl.col("event_name").str.to_lowercase().str.replace_all("[^a-z0-9]+", "_")
    named = words.str.strip_chars("_").str.head(32)
    is_target = custom & named.is_in(sorted(TARGET_NAMES))
    ours = events.select(
        "line",
        "card",
        _utc(pl.col("created_at")).alias("at"),
        pl.when(is_target)
        .then(pl.lit("click"))
        .when(custom)
        .then(named)
        .otherwise(pl.lit("view"))
        .alias("name"),
        pl.when(is_target).then(named).otherwise(pl.lit("")).alias("target"),
        pl.col("session_id").alias("visitor"),
        pl.format("umami {}", "event_id").alias("key"),
        medium(pl.col("url_query")).alias("medium"),
        pl.col("referrer_domain").alias("referrer"),
        "country",
        "city",
        "language",
        pl.col("device").replace(DEVICES),
        pl.col("browser").replace(BROWSERS),
        pl.col("os").replace(SYSTEMS).str.replace(r"^Windows .*", "Windows"),
    )
    return Rows(ours, part.refused, part.passed + frame.height - events.height)


def _utc(texts: pl.Expr) -> pl.Expr:
    """Umami writes UTC without saying so."""
    bare = texts.str.contains(r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?$")
    return pl.when(bare).then(texts.str.replace(" ", "T") + "Z").otherwise(texts)
