"""Parquet with our own names of columns, read group by group."""

from collections.abc import Iterator

import polars as pl

from pipeline.importing.rows import COLUMNS, Rows
from pipeline.importing.source import Source
from schema.errors import BadInput

ROWS_AT_ONCE = 250_000

_TEXTS = (pl.String, pl.Categorical, pl.Enum)
_WHOLE = ("seq", "ms")


def read(source: Source, needed: tuple[str, ...]) -> Iterator[Rows]:
    try:
        scan = pl.scan_parquet(source.path)
        schema = scan.collect_schema()
        height = scan.select(pl.len()).collect().item()
    except pl.exceptions.PolarsError:
        raise BadInput(f"{source.path} cannot be read as Parquet; is it complete?") from None
    _check_types(source, schema, needed)
    wanted = scan.select(_as_read(name, kind) for name, kind in schema.items() if name in COLUMNS)
    for first in range(0, height, ROWS_AT_ONCE):
        try:
            frame = wanted.slice(first, ROWS_AT_ONCE).collect()
        except (pl.exceptions.PolarsError, OSError):
            source.check_unchanged()
            raise BadInput(f"{source.path} is damaged from row {first + 1} on.") from None
        source.share = min((first + ROWS_AT_ONCE) / height, 1.0)
        yield Rows(frame.with_row_index("line", first + 1).cast({"line": pl.UInt64}))


def _check_types(source: Source, schema: pl.Schema, needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in schema]
    if missing:
        raise BadInput(f"{source.path} has no column {', '.join(missing)}.")
    for name, kind in schema.items():
        if name in COLUMNS and not _fits(name, kind):
            raise BadInput(
                f"The column {name} of {source.path} is {kind}; it must be {_wanted(name)}."
            )


def _fits(name: str, kind: pl.DataType) -> bool:
    if isinstance(kind, _TEXTS):
        return True
    if name == "at":
        zoned = isinstance(kind, pl.Datetime) and kind.time_zone is not None
        return zoned or kind.is_integer()
    return kind.is_integer() and name in (*_WHOLE, "visitor")


def _wanted(name: str) -> str:
    if name == "at":
        return "a time with its zone, whole milliseconds since 1970, or text"
    return "a whole number or text" if name in _WHOLE else "text"


def _as_read(name: str, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        return pl.col(name).dt.epoch("ms")
    return pl.col(name) if kind.is_integer() and name == "at" else pl.col(name).cast(pl.String)
