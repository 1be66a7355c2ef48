"""Looks up each distinct value of a column once, and lays the answers beside every row."""

from collections.abc import Callable, Sequence

import polars as pl


def look_up(
    frame: pl.DataFrame,
    column: str,
    answer: Callable[[str], tuple[str, ...]],
    names: Sequence[str],
) -> pl.DataFrame:
    values = frame[column].unique()
    answers = pl.DataFrame(
        [answer(value) for value in values], schema=dict.fromkeys(names, pl.String), orient="row"
    )
    return frame.join(answers.with_columns(values), on=column, how="left", maintain_order="left")
