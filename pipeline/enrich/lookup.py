"""Looks up each distinct value of a column once, and lays the answers beside every row.

Texts are numbered first: a batch has few distinct ones, so everything after works on them, or on
rows of small numbers. The numbers are the batch's own, so that they end with it.
"""

from collections.abc import Callable, Sequence

import polars as pl

Answer = Callable[[pl.Series], pl.DataFrame]
"""From distinct texts to a frame of texts with a row for each, in their order."""

REMEMBERED_MAX = 200_000
"""Distinct values; beyond them only those of the last batch stay remembered."""


def numbers() -> pl.Categorical:
    """A new list of texts. Columns that share one can be put together without their texts."""
    return pl.Categorical(pl.Categories.random())


def numbered(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """These columns of texts as numbers into a list of their distinct texts, each its own."""
    return frame.with_columns(pl.col(name).cast(numbers()) for name in columns)


def look_up(
    frame: pl.DataFrame, column: str, answer: Answer, into: pl.Categorical | None = None
) -> pl.DataFrame:
    """For few values that are found quickly. `into`: the list that answers are numbered by."""
    return _beside(frame, column, answer(_distinct(frame, column)), into)


class LookUp:
    """Remembers answers between batches."""

    def __init__(self, column: str, answer: Answer) -> None:
        self._column = column
        self._answer = answer
        self._known = _known(column, _NOTHING, answer(_NOTHING))

    def beside(self, frame: pl.DataFrame, into: pl.Categorical | None = None) -> pl.DataFrame:
        """Safe from several threads: at worst one looks up again what another has found."""
        column, known = self._column, self._known
        wanted = _distinct(frame, column).to_frame(column)
        new = wanted.join(known, on=column, how="anti")[column]
        if new.len():
            if known.height + new.len() > REMEMBERED_MAX:
                known = known.join(wanted, on=column, how="semi")
            found = _known(column, new, self._answer(new))
            known = self._known = pl.concat([known, found], rechunk=True)
        answers = wanted.join(known, on=column, how="left", maintain_order="left").drop(column)
        return _beside(frame, column, answers, into)


def by_value(answer: Callable[[str], tuple[str, ...]], names: Sequence[str]) -> Answer:
    """An answer that is found value by value, in Python."""
    schema = dict.fromkeys(names, pl.String())
    return lambda values: pl.DataFrame([answer(each) for each in values], schema, orient="row")


def _known(column: str, values: pl.Series, answers: pl.DataFrame) -> pl.DataFrame:
    return answers.select(values.alias(column), pl.all())


def _distinct(frame: pl.DataFrame, column: str) -> pl.Series:
    kind = frame.schema[column]
    assert isinstance(kind, pl.Categorical)  # noqa: S101
    return kind.categories.to_series()


def _beside(
    frame: pl.DataFrame, column: str, answers: pl.DataFrame, into: pl.Categorical | None
) -> pl.DataFrame:
    rows = frame[column].to_physical()
    few = answers.with_columns(pl.all().cast(into)) if into else numbered(answers, answers.columns)
    return frame.with_columns(few[name].gather(rows) for name in few.columns)


_NOTHING = pl.Series(dtype=pl.String)
