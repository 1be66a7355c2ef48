"""Adds up all closed days of cards, for the copy in `schema/directory/ever.py`."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from pipeline.rebuild import NAMED_CARDS_MAX
from schema.directory.ever import WHOLE, Ever
from schema.store import EventStore

_IN_BOTH = (
    *("views", "visitors", "visits", "bounces"),
    *("clicks", "contact_clicks", "contact_visits"),
)
_SUMS = ", ".join(f"sum({name})" for name in _IN_BOTH)
_NAMES = (*_IN_BOTH, "automatic", "last_view_ms")

_THESE = """\
day <= {through:Date} AND (empty({cards:Array(String)}) OR card IN {cards:Array(String)})"""
_EVER = f"""\
SELECT card, '{WHOLE}', {_SUMS}, sum(automatic), toUnixTimestamp64Milli(max(last_view_at))
FROM card_days WHERE {_THESE} GROUP BY card
UNION ALL
SELECT card, toString(key), {_SUMS}, 0, 0
FROM card_dims WHERE {_THESE} AND by = 'target' GROUP BY card, key
"""


def ever_of(store: EventStore, through: Mapping[str, date]) -> dict[str, Ever]:
    """Per card, up to its day. A card without a row in rollups has nothing, and that is said."""
    alike: dict[date, set[str]] = defaultdict(set)
    for card, day in through.items():
        alike[day].add(card)
    made: dict[str, dict[str, dict[str, int]]] = {card: {} for card in through}
    for day, cards in alike.items():
        named = sorted(cards) if len(cards) <= NAMED_CARDS_MAX else []
        found = store.rows(_EVER, {"through": day, "cards": named})
        for card, key, *sums in found:
            if card in cards:
                made[card][key] = dict(zip(_NAMES, sums, strict=True))
    return {card: Ever(through[card], sums) for card, sums in made.items()}
