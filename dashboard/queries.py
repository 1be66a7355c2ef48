"""What the Essentiel page shows of one card, counted from rollups and, where those end, raw events.

Rollups answer for closed days that are up to date; raw events answer for today, for days not
rolled up yet and for days that late events have touched. Every event is counted by exactly one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from schema.days import day_span_ms, day_start_ms, local_day
from schema.directory import rollup_state
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.store import EventStore
from schema.targets import CONTACT_NAMES, TARGETS

ALWAYS_SHOWN = frozenset(("phone", "email"))
"""Buttons that every card has: their zero says something."""

LINK_NAMES = tuple(target.name for target in TARGETS if target.kind == "link")
_NEVER = datetime.fromtimestamp(0, UTC)
_NO_END_MS = 2**62

_ROLLED_DAYS = """
SELECT sum(views), sum(automatic), max(last_view_at)
FROM card_days
WHERE card = {card:String} AND day <= {through:Date} AND NOT has({late:Array(Date)}, day)
"""

_ROLLED_TARGETS = """
SELECT key, sum(clicks)
FROM card_dims
WHERE card = {card:String} AND by = 'target'
  AND day <= {through:Date} AND NOT has({late:Array(Date)}, day)
GROUP BY key
"""

# The first comparison is for the primary key; the second cuts out the days that rollups hold.
_RAW = """
SELECT
    at >= fromUnixTimestamp64Milli({today_ms:Int64}, 'UTC') AS is_today,
    multiIf(class != 'human', 'automatic', name = 'click', toString(target), 'view') AS what,
    count(),
    max(at)
FROM events
WHERE card = {card:String}
  AND (class != 'human' OR name IN ('view', 'click'))
  AND at >= fromUnixTimestamp64Milli({first_ms:Int64}, 'UTC')
  AND arrayExists(
      (start_ms, end_ms) ->
          toUnixTimestamp64Milli(at) >= start_ms AND toUnixTimestamp64Milli(at) < end_ms,
      {starts_ms:Array(Int64)}, {ends_ms:Array(Int64)}
  )
GROUP BY is_today, what
"""


@dataclass(frozen=True, slots=True)
class Count:
    total: int
    today: int


@dataclass(frozen=True, slots=True)
class ButtonCount:
    target: str
    total: int
    today: int


@dataclass(frozen=True, slots=True)
class LastVisit:
    """Coarse on purpose: a day and an hour say that the card is used, a minute says by whom."""

    day: date
    hour: int


@dataclass(frozen=True, slots=True)
class Essentiel:
    today: date
    views: Count
    contact_clicks: Count
    contacts: tuple[ButtonCount, ...]
    """Contact buttons that were ever used, and those that every card has."""
    links: tuple[ButtonCount, ...]
    last_visit: LastVisit | None
    automatic: int


@dataclass(slots=True)
class _Tally:
    """Adds up what the queries bring: per key (a kind of event, or a button), ever and today."""

    total: Counter[str] = field(default_factory=Counter)
    today: Counter[str] = field(default_factory=Counter)
    last_view: datetime = _NEVER

    def add(self, key: str, n: int, *, is_today: bool = False) -> None:
        self.total[key] += n
        if is_today:
            self.today[key] += n

    def button(self, target: str) -> ButtonCount:
        return ButtonCount(target, self.total[target], self.today[target])


def essentiel(store: EventStore, directory: Directory, card: Card, now_ms: int) -> Essentiel:
    # The state is read before the figures: should a rollup end in between, the days that raw
    # events answer for are still there, and nothing is counted twice.
    with directory.read() as conn:
        through, late = rollup_state.of_card(conn, card.id)
    tally = _Tally()
    if through is not None:
        _add_rolled(tally, store, card, through, sorted(late))
    _add_raw(tally, store, card, _raw_spans_ms(card.zone, through, late), now_ms)
    return _answer(tally, card.zone, now_ms)


def _raw_spans_ms(zone: str, through: date | None, late: Iterable[date]) -> list[tuple[int, int]]:
    """The stretches of time that no rollup answers for, as [start, end)."""
    if through is None:
        return [(0, _NO_END_MS)]
    open_days = (day_start_ms(through + timedelta(days=1), zone), _NO_END_MS)
    return [open_days, *(day_span_ms(day, zone) for day in late if day <= through)]


def _add_rolled(
    tally: _Tally, store: EventStore, card: Card, through: date, late: list[date]
) -> None:
    params = {"card": card.id, "through": through, "late": late}
    [(views, automatic, last_view)] = store.rows(_ROLLED_DAYS, params)
    tally.add("view", views)
    tally.add("automatic", automatic)
    tally.last_view = last_view
    for target, clicks in store.rows(_ROLLED_TARGETS, params):
        tally.add(target, clicks)


def _add_raw(
    tally: _Tally, store: EventStore, card: Card, spans_ms: list[tuple[int, int]], now_ms: int
) -> None:
    starts_ms, ends_ms = map(list, zip(*spans_ms, strict=True))
    params = {
        "card": card.id,
        "today_ms": day_start_ms(local_day(now_ms, card.zone), card.zone),
        "first_ms": min(starts_ms),
        "starts_ms": starts_ms,
        "ends_ms": ends_ms,
    }
    for is_today, what, n, last_at in store.rows(_RAW, params):
        tally.add(what, n, is_today=bool(is_today))
        if what == "view":
            tally.last_view = max(tally.last_view, last_at)


def _answer(tally: _Tally, zone: str, now_ms: int) -> Essentiel:
    contacts = [tally.button(name) for name in CONTACT_NAMES]
    last_view = tally.last_view.astimezone(ZoneInfo(zone))
    return Essentiel(
        today=local_day(now_ms, zone),
        views=Count(tally.total["view"], tally.today["view"]),
        contact_clicks=Count(sum(b.total for b in contacts), sum(b.today for b in contacts)),
        contacts=tuple(b for b in contacts if b.total or b.target in ALWAYS_SHOWN),
        links=tuple(button for name in LINK_NAMES if (button := tally.button(name)).total),
        last_visit=LastVisit(last_view.date(), last_view.hour) if tally.total["view"] else None,
        automatic=tally.total["automatic"],
    )
