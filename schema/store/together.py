"""Readings that wait at the same time, and differ in nothing but their card, are one statement.

For the few rows of a card the engine takes longer to plan than to read, and a statement about eight
cards takes little longer than about one. Nobody waits for company: who comes while none of its kind
is under way is served at once, alone; all who come meanwhile are served together after it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from schema.store import Params

Rows = list[tuple[Any, ...]]
Kind = tuple[str, str]


@dataclass(slots=True, eq=False)
class _Reading:
    card: str
    is_done: bool = False
    rows: Rows = field(default_factory=list)
    failure: BaseException | None = None


class Together:
    def __init__(self) -> None:
        self._waiting: dict[Kind, list[_Reading]] = defaultdict(list)
        self._under_way: set[Kind] = set()
        self._changed = Condition()

    def rows_of(
        self, card: str, sql: str, params: Params, read: Callable[[str, Params], Rows]
    ) -> Rows:
        """As `EventStore.rows_of` says; `read` asks the store."""
        alike = sorted((name, value) for name, value in params.items() if name != "cards")
        kind, mine = (sql, repr(alike)), _Reading(card)
        if several := self._turn(kind, mine):
            try:
                _answer(several, read(sql, {**params, "cards": _cards(several)}))
            except BaseException as failure:
                _fail(several, failure)
            finally:
                self._end(kind)
        if mine.failure is not None:
            raise mine.failure
        return mine.rows

    def _turn(self, kind: Kind, mine: _Reading) -> list[_Reading]:
        """Waits until the reading is done by another, or there is nobody else to do it: then it is
        told for whom."""
        with self._changed:
            self._waiting[kind].append(mine)
            self._changed.wait_for(lambda: mine.is_done or kind not in self._under_way)
            if mine.is_done:
                return []
            self._under_way.add(kind)
            return self._waiting.pop(kind)

    def _end(self, kind: Kind) -> None:
        with self._changed:
            self._under_way.remove(kind)
            self._changed.notify_all()


def _cards(several: Sequence[_Reading]) -> list[str]:
    return sorted({reading.card for reading in several})


def _answer(several: Sequence[_Reading], rows: Rows) -> None:
    of_cards: dict[str, Rows] = defaultdict(list)
    for card, *row in rows:
        of_cards[card].append(tuple(row))
    for reading in several:
        reading.rows = of_cards[reading.card]
        reading.is_done = True


def _fail(several: Sequence[_Reading], failure: BaseException) -> None:
    for reading in several:
        reading.failure = failure
        reading.is_done = True
