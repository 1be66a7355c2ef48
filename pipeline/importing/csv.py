"""Separated values with a header, the separator being the one that makes the header readable."""

from collections.abc import Iterator, Mapping
from functools import partial

import polars as pl

from pipeline.importing.rows import COLUMNS, MORE_FIELDS, Rows, read_piece
from pipeline.importing.source import Piece, Source
from schema.errors import BadInput

SEPARATORS = (",", ";", "\t")
HEADER_BYTES_MAX = 64 * 1024


def read(source: Source, needed: tuple[str, ...]) -> Iterator[Rows]:
    """`needed`: the columns without which nothing can be imported."""
    return table(source, dict.fromkeys(COLUMNS), needed)


def table(source: Source, known: Mapping[str, object], needed: tuple[str, ...]) -> Iterator[Rows]:
    """The known columns of any such table, as text, under the names in the header."""
    header: list[str] = []
    separator = ""
    for piece in source.pieces():
        if not header:
            separator, header, piece = _begin(source, piece, known, needed)
            if not piece.text:
                continue
        yield read_piece(
            piece, partial(_read, separator, header, known), partial(_spot, separator, header)
        )


def _read(
    separator: str, header: list[str], known: Mapping[str, object], text: bytes
) -> pl.DataFrame:
    frame = pl.read_csv(
        text,
        has_header=False,
        separator=separator,
        schema=dict.fromkeys(header, pl.String),
        missing_columns="insert",
        # Looking for quotation marks costs a third; most files have none.
        quote_char='"' if b'"' in text else None,
    )
    return frame.select(name for name in header if name in known)


def _spot(separator: str, header: list[str], line: bytes) -> str:
    fields = line.count(separator.encode()) + 1
    return MORE_FIELDS if fields > len(header) and b'"' not in line else ""


def _begin(
    source: Source, piece: Piece, known: Mapping[str, object], needed: tuple[str, ...]
) -> tuple[str, list[str], Piece]:
    line, _, rest = piece.text.partition(b"\n")
    text = line[:HEADER_BYTES_MAX].decode(errors="replace").strip("\r\n")
    readings = {each: _names(text, each) for each in SEPARATORS}
    separator = max(SEPARATORS, key=lambda each: len(known.keys() & set(readings[each])))
    header = readings[separator]
    missing = [name for name in needed if name not in header]
    if missing:
        raise BadInput(
            f"{source.path} has no column {', '.join(missing)}; its first line must name the "
            f"columns, separated by comma, semicolon or tab ({len(header)} found, "
            f"{len(known.keys() & set(header))} of them known)."
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise BadInput(f"{source.path} has two columns {twice[0]!r}; leave one of them out.")
    return separator, header, Piece(piece.first_line + 1, rest)


def _names(line: str, separator: str) -> list[str]:
    return [name.strip().strip('"').strip().lower() for name in line.split(separator)]
