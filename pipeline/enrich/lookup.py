"""Looks up each distinct value of a column once, and lays the answers beside every row.

Texts are numbered first: a batch has few distinct ones, so everything after works on them, or on
rows of small numbers. The numbers are the batch's own, so that they end with it.
"""

from collections.abc import Callable, Sequence

import polars as pl

Answer = Callable[[pl.Series], pl.DataFrame]
"""From distinct texts to a frame of texts with a row for each, in their order."""

UINT8_MAX, UINT16_MAX = 2**8 - 1, 2**16 - 1
REMEMBERED_MAX = 200_000
"""Distinct values; beyond them only those of the last batch stay remembered."""


def numbers() -> pl.Categorical:
    """A new list of texts. Columns that share one can be put together without their texts."""
    return pl.Categorical(pl.Categories.random())


def numbered(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """These columns of texts as numbers into a list of their distinct texts, each its own."""
    return frame.with_columns(pl.col(name).cast(numbers()) for name in columns)


def narrowed(column: pl.Series) -> pl.Series:
    """The same texts by the smallest numbers that they need: a fourth of the bytes, mostly."""
    if not isinstance(column.dtype, pl.Categorical):
        return column
    texts = _texts(column)
    if texts.len() > UINT16_MAX:
        return column
    kind = pl.UInt8 if texts.len() <= UINT8_MAX else pl.UInt16
    few = texts.cast(pl.Categorical(pl.Categories.random(physical=kind)))
    return few.gather(column.to_physical()).alias(column.name)


def look_up(frame: pl.DataFrame, column: str, answer: Answer, beside: str = "") -> pl.DataFrame:
    """For few values that are found quickly. `beside`: a column that shares its list of texts."""
    answers = answer(_texts(frame[column]))
    into = frame.schema[beside] if beside else numbers()
    return _beside(frame, column, answers.with_columns(pl.all().cast(into)))


class LookUp:
    """Remembers answers between batches, numbered: a batch of known values costs one join."""

    def __init__(self, column: str, answer: Answer) -> None:
        self._column = column
        self._answer = answer
        self._into = numbers()
        """Answers are few, so their list may grow as long as the process lives."""
        self._known = self._numbered(_NOTHING)

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Safe from several threads: at worst one looks up again what another has found."""
        column, known = self._column, self._known
        wanted = _texts(frame[column]).to_frame(column)
        new = wanted.join(known, on=column, how="anti")[column]
        if new.len():
            if known.height + new.len() > REMEMBERED_MAX:
                known = known.join(wanted, on=column, how="semi")
            known = self._known = pl.concat([known, self._numbered(new)], rechunk=True)
        answers = wanted.join(known, on=column, how="left", maintain_order="left").drop(column)
        return _beside(frame, column, answers)

    def _numbered(self, values: pl.Series) -> pl.DataFrame:
        return self._answer(values).select(values.alias(self._column), pl.all().cast(self._into))


def by_value(answer: Callable[[str], tuple[str, ...]], names: Sequence[str]) -> Answer:
    """An answer that is found value by value, in Python."""
    schema = dict.fromkeys(names, pl.String())
    return lambda values: pl.DataFrame([answer(each) for each in values], schema, orient="row")


def _texts(column: pl.Series) -> pl.Series:
    """The list behind a column, as far as its numbers reach. `Categories.to_series` is Python."""
    last = column.to_physical().max()
    count = last + 1 if isinstance(last, int) else 0
    return pl.int_range(count, dtype=pl.UInt32, eager=True).cat.to(column.dtype).cast(pl.String)


def _beside(frame: pl.DataFrame, column: str, answers: pl.DataFrame) -> pl.DataFrame:
    rows = frame[column].to_physical()
    return frame.with_columns(answers[name].gather(rows) for name in answers.columns)


_NOTHING = pl.Series(dtype=pl.String)
