"""Looks up each distinct value of a column once, and lays the answers beside every row."""

from collections.abc import Callable, Sequence

import polars as pl

Answer = Callable[[str], tuple[str, ...]]

REMEMBERED_MAX = 200_000
"""Distinct values; beyond them only those of the last batch stay remembered."""


def look_up(frame: pl.DataFrame, column: str, answer: Answer, names: Sequence[str]) -> pl.DataFrame:
    """For few values that are found quickly."""
    return LookUp(column, answer, names).beside(frame)


class LookUp:
    """Remembers answers between batches, as a frame: a batch of known values costs one join."""

    def __init__(self, column: str, answer: Answer, names: Sequence[str]) -> None:
        self._column = column
        self._answer = answer
        self._schema = pl.Schema({column: pl.String(), **dict.fromkeys(names, pl.String())})
        self._known = pl.DataFrame(schema=self._schema)

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Safe from several threads: at worst one looks up again what another has found."""
        known = self._known
        wanted = frame.select(pl.col(self._column).unique())
        new = wanted.join(known, on=self._column, how="anti")[self._column]
        if new.len():
            if known.height + new.len() > REMEMBERED_MAX:
                known = known.join(wanted, on=self._column, how="semi")
            rows = [(value, *self._answer(value)) for value in new]
            answers = pl.DataFrame(rows, schema=self._schema, orient="row")
            known = self._known = pl.concat([known, answers], rechunk=True)
        return frame.join(known, on=self._column, how="left", maintain_order="left")
