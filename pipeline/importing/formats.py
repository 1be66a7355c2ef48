"""The formats that can be imported, a closed list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.importing import combined, csv, ndjson, parquet, plausible, umami
from pipeline.importing.addresses import Addresses
from pipeline.importing.rows import Rows
from pipeline.importing.source import Source
from schema.errors import BadInput

NEEDED = ("card", "at", "name")


@dataclass(frozen=True, slots=True)
class Options:
    """What a person may have to tell that a file does not."""

    card: str = ""
    """The card of all rows, for files without that column."""
    site: str = ""
    """The host of all pages, for formats that only know paths."""

    @property
    def needed(self) -> tuple[str, ...]:
        return tuple(name for name in NEEDED if name != "card" or not self.card)


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    help: str
    read: Callable[[Source, Options, Addresses], Iterator[Rows]]
    suffixes: tuple[str, ...] = ()
    member: str = ""
    """Which file of a zip it is."""


FORMATS: tuple[Format, ...] = (
    Format(
        "csv",
        "our own columns, separated by comma, semicolon or tab",
        lambda source, options, _: csv.read(source, options.needed),
        (".csv", ".tsv"),
        "*.csv",
    ),
    Format(
        "ndjson",
        "our own columns, one JSON object a line",
        lambda source, options, _: ndjson.read(source, options.needed),
        (".ndjson", ".jsonl"),
        "*.ndjson",
    ),
    Format(
        "parquet",
        "our own columns",
        lambda source, options, _: parquet.read(source, options.needed),
        (".parquet",),
    ),
    Format(
        "plausible",
        "Plausible's export: daily totals of pages",
        lambda source, _, addresses: plausible.read(source, addresses),
        member=plausible.MEMBER,
    ),
    Format(
        "umami",
        "Umami's export: website_event.csv",
        lambda source, _, addresses: umami.read(source, addresses),
        member=umami.MEMBER,
    ),
    Format(
        "combined",
        "access logs of Apache and nginx",
        lambda source, _, addresses: combined.read(source, addresses),
        member="*.log",
    ),
)
BY_NAME = {each.name: each for each in FORMATS}


def format_of(path: Path) -> Format:
    """By the end of its name."""
    name = path.name.lower().removesuffix(".gz")
    for each in FORMATS:
        if name.endswith(each.suffixes):
            return each
    raise BadInput(
        f"The name {str(path)!r} does not tell the format; say it with --format: "
        f"{', '.join(BY_NAME)}."
    )
