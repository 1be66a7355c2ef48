"""Access logs in the combined format of Apache and nginx.

A view is a page of a card that was got and sent (200) or known already (304) by something that
says what it is. The visitor's address is cut to its network and hashed in memory, like a live
one's; no address reaches a disk, not even in the report.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network

import polars as pl

from pipeline.importing.addresses import Addresses, medium
from pipeline.importing.rows import Rows, read_piece
from pipeline.importing.source import Source

_LINE = (
    r"^(?P<address>\S+) \S+ .*?\[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4})"
    r":(?P<time>\d\d:\d\d:\d\d) (?P<offset>[+-]\d{4})\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) \S+ '
    r'"(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)"'
)
_REQUEST = r"^GET (?:https?://[^/ ]+)?(?P<path>/[^? ]*)\??(?P<query>[^ ]*) HTTP/"
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_NAMES, start=1)}
AGENT_CHARS_MAX = 512


def read(source: Source, addresses: Addresses) -> Iterator[Rows]:
    addresses.check_site()
    for piece in source.pieces():
        yield _ours(read_piece(piece, _lines), addresses)


def _lines(text: bytes) -> pl.DataFrame:
    return pl.DataFrame({"text": text.decode().removesuffix("\n").split("\n")})


def _ours(part: Rows, addresses: Addresses) -> Rows:
    """What is passed over is found first: most lines of a log are images and the like."""
    read = part.frame.with_columns(
        pl.col("text").str.strip_chars_end("\r").str.extract_groups(_LINE).alias("said")
    ).unnest("said")
    bad = part.frame.join(
        read.filter(pl.col("status").is_null() & (pl.col("text").str.strip_chars() != "")),
        on="line",
        how="semi",
    ).select("line", reason=pl.lit("The line is not of the combined log format."))
    asked = read.with_columns(
        pl.col("request").str.extract_groups(_REQUEST).alias("request")
    ).unnest("request")
    placed = addresses.add_cards(asked.drop("text"), path="path")
    views = placed.filter(
        (pl.col("card") != "")
        & pl.col("status").is_in(["200", "304"])
        & ~pl.col("agent").is_in(["-", ""])
    )
    return Rows(
        views.select(
            "line",
            "card",
            _moment().alias("at"),
            pl.lit("view").alias("name"),
            pl.format("{}\n{}", "address", "agent").alias("visitor"),
            _networks(views["address"]).alias("network"),
            pl.col("agent").str.replace_all(r"[\x00-\x1f\x7f]", "").str.head(AGENT_CHARS_MAX),
            pl.when(pl.col("referrer") == "-")
            .then(pl.lit(""))
            .otherwise("referrer")
            .alias("referrer"),
            medium(pl.col("query")).alias("medium"),
        ),
        pl.concat([part.refused, bad]),
        part.passed + part.frame.height - views.height - bad.height,
    )


def _moment() -> pl.Expr:
    month = pl.col("month").replace_strict(_MONTHS, default="00")
    offset = pl.col("offset").str.replace(r"(\d\d)$", ":$1")
    return pl.format("{}-{}-{}T{}{}", "year", month, "day", "time", offset)


def _networks(addresses: pl.Series) -> pl.Series:
    values = addresses.unique()
    networks = pl.Series([_network(value) for value in values], dtype=pl.String)
    return addresses.replace_strict(values, networks)


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    """Its /24 or /48. A name instead of an address has none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))
