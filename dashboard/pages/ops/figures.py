"""Figures before and after a change that ops think about, in the words of the pages. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from schema.metrics import BY_NAME


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    """A message of the catalogue."""
    before: int
    after: int

    @property
    def difference(self) -> int:
        return self.after - self.before


def lines(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[Line, ...]:
    return tuple(
        Line(BY_NAME[name].label, before[name], after[name]) for name in before if name in BY_NAME
    )
