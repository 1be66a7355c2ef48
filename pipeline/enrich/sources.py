"""What brought a visitor: the medium of the address if known, else the kind of referring site."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl

from pipeline.enrich.known import Known
from pipeline.enrich.lookup import by_value, look_up
from schema.wire import MEDIA

SITES_FILE = Path(__file__).with_name("sites.toml")
DIRECT = "direct"
OTHER_SITE = "site"

LABELS_OF_ENDING = (1, 2)
"""`google.*` stands for google.fr and google.co.uk, and not for google.example.com."""


def add_sources(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    given = look_up(frame, "medium", by_value(_source_of_medium, ("source",)))
    site = by_value(lambda host: (source_of_host(host),), ("site",))
    both = look_up(given, "ref", site, beside="source")
    return both.with_columns(
        pl.when(pl.col("source") != "").then("source").otherwise("site").alias("source")
    ).drop("site")


def _source_of_medium(medium: str) -> tuple[str]:
    return (medium if medium in MEDIA else "",)


def source_of_host(host: str) -> str:
    """The kind of site a host is, by the longest known ending of its name."""
    if not host:
        return DIRECT
    sites = _sites()
    labels = host.lower().rstrip(".").split(".")
    for start in range(len(labels)):
        for name in _names(labels[start:]):
            if found := sites.get(name):
                return found
    return OTHER_SITE


def _names(labels: list[str]) -> Iterator[str]:
    yield ".".join(labels)
    for ending in LABELS_OF_ENDING:
        yield ".".join([*labels[:-ending], "*"])


@cache
def _sites() -> dict[str, str]:
    kinds: dict[str, list[str]] = tomllib.loads(SITES_FILE.read_text(encoding="utf-8"))
    return {host: kind for kind, hosts in kinds.items() for host in hosts}
