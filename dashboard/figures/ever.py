"""Asks about all days there ever were, answered by what the directory keeps added up. Pure."""

from collections.abc import Mapping, Sequence

from dashboard.figures.asks import IN_BEFORE, Ask, Sums
from dashboard.figures.days import Closed
from dashboard.figures.values import Counts, added
from dashboard.period import EARLIEST
from schema.directory.ever import WHOLE
from schema.directory.ever import Sums as Held


def is_told(ask: Ask, closed: Sequence[Closed]) -> bool:
    """Whether it wants all closed days of its cards, and nothing of them apart."""
    begins = (ask.before or ask.period).first
    ends = ask.period.first if "span" in ask.keys else ask.period.last
    whole = begins == EARLIEST and all(group.through < ends for group in closed)
    if ask.table == "dims":
        return whole and ask.bys == ("target",) and set(ask.keys) <= {"card", "span", "key"}
    return whole and ask.table == "days" and set(ask.keys) <= {"card", "span"}


def told(ask: Ask, ever: Mapping[str, Held]) -> Sums:
    found: dict[tuple[str, ...], Counts] = {}
    for card, sums in ever.items():
        texts = {"card": card, "span": IN_BEFORE}
        for key, figures in sums.items():
            if (key == WHOLE) == (ask.table == "days"):
                at = tuple(key if name == "key" else texts[name] for name in ask.keys)
                found[at] = added(
                    [found[at], Counts(**figures)] if at in found else [Counts(**figures)]
                )
    return found
