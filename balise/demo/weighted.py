"""A table of values and how often each comes, drawn from with a seeded generator."""

from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Weighted(Generic[T]):
    def __init__(self, *rows: tuple[T, float]) -> None:
        self.values = tuple(value for value, _ in rows)
        self._cumulated = tuple(accumulate(weight for _, weight in rows))

    def draw(self, rng: Random) -> T:
        return rng.choices(self.values, cum_weights=self._cumulated)[0]
