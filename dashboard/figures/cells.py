"""Small places are not shown alone: few visitors from one town are soon one known person. Pure.

What is merged must not come back by subtraction, so the row they are merged into is never small
itself while another place could join it; and what several cards show together is the sum of what
each of them shows alone.
"""

from collections.abc import Mapping

from dashboard.figures.values import NOTHING, OTHERS, Counts, added
from dashboard.filters import Filters

LEAST_VISITORS: Mapping[str, int] = {"region": 3, "city": 5}


def least_visitors(by: str, filters: Filters = ()) -> int:
    """Rows need as many; so does every row of an answer about one small place."""
    return max(LEAST_VISITORS.get(name, 0) for name in (by, *(name for name, _ in filters)))


def is_known(key: str) -> bool:
    return not key.endswith("|") and key != ""


def merge_small(rows: Mapping[str, Counts], least: int) -> dict[str, Counts]:
    kept = {key: counts for key, counts in rows.items() if counts.visitors >= least}
    small = {key: rows[key] for key in rows.keys() - kept.keys() if is_known(key)}
    unknown = {key: rows[key] for key in rows.keys() - kept.keys() - small.keys()}
    others = added(small.values())
    while small and others.visitors < least and any(map(is_known, kept)):
        joins = min(filter(is_known, kept), key=lambda key: (kept[key].visitors, key))
        others = added((others, kept.pop(joins)))
    return kept | unknown | ({OTHERS: others} if small else {})


def sum_of_cards(cards: Mapping[str, Mapping[str, Counts]], least: int) -> dict[str, Counts]:
    total: dict[str, Counts] = {}
    for rows in cards.values():
        for key, counts in merge_small(rows, least).items():
            total[key] = added((total.get(key, NOTHING), counts))
    return total
