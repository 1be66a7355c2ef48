"""One JSON object a line, with our own names of columns as its keys."""

from collections.abc import Iterator
from functools import partial

import polars as pl

from pipeline.importing.rows import COLUMNS, Rows, read_piece
from pipeline.importing.source import Source
from schema.errors import BadInput

# Everything as text: a number is written out as it stands, and what it means is checked later.
_SCHEMA = dict.fromkeys(COLUMNS, pl.String)


def read(source: Source, needed: tuple[str, ...]) -> Iterator[Rows]:
    for piece in source.pieces():
        rows = read_piece(piece, partial(_read, needed), _spot)
        if piece.first_line == 1:
            _check_kind(source, piece.text, rows)
        yield rows


def _read(needed: tuple[str, ...], text: bytes) -> pl.DataFrame:
    frame = pl.read_ndjson(text, schema=_SCHEMA)
    empty = [each.name for each in frame if each.null_count() == frame.height]
    return frame.drop(name for name in empty if name not in needed)


def _spot(line: bytes) -> str:
    bare = line.strip()
    whole = bare.startswith(b"{") and bare.endswith(b"}")
    return "" if whole else "it is not one whole JSON object"


def _check_kind(source: Source, text: bytes, rows: Rows) -> None:
    """A file of another kind is told at once, and not line by line."""
    if text.lstrip().startswith(b"["):
        raise BadInput(f"{source.path} is one JSON list; write one object a line (NDJSON).")
    if not rows.frame.height and not text.lstrip().startswith(b"{"):
        raise BadInput(f"{source.path} is not NDJSON; each line must be one JSON object.")
