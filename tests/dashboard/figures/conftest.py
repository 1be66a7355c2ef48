"""Two cards in two zones, what the query layer says of them, and what plain Python says."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import sqlalchemy as sa

from dashboard import period as periods
from dashboard.figures.cells import least_visitors
from dashboard.figures.question import Question
from dashboard.figures.read import Place, read, shown_alone
from dashboard.figures.values import OTHERS, Row, Totals
from dashboard.period import Period
from pipeline.roll import roll_closed_days
from schema.directory import cards, rollup_state, tables
from schema.directory.cards import Card
from schema.directory.database import open_directory
from schema.testing.clock import FixedClock
from schema.testing.month import FIRST, LAST, happened
from schema.testing.one_by_one import by_key, by_time, fits, measured, visits_of, without_small

NOW_MS = FixedClock.at("2026-11-20T18:30:00+01:00").now_ms
BEGUN_MS = FixedClock.at("2026-10-19T12:00:00+00:00").now_ms


@dataclass(frozen=True)
class Scene:
    place: Place
    cards: tuple[Card, ...]
    reference: "Reference"
    today: ClassVar[Period] = Period(LAST, LAST)
    turn: ClassVar[Period] = Period(date(2026, 10, 25), date(2026, 10, 25))
    """The end of summer time in Paris."""
    all: ClassVar[Period] = Period(FIRST, LAST)
    before: ClassVar[Period] = Period(date(2026, 1, 1), date(2026, 1, 2))

    def question(self, cards, period, filters=()):
        return Question(cards, period, periods.before(period), filters)

    def asked(self, filters):
        """Both cards on every period, and one alone on the longest."""
        spans = (self.today, self.turn, self.all, self.before)
        both = [self.question(self.cards, period, filters) for period in spans]
        alone = self.question(self.cards[:1], self.all, filters)
        for question in (*both, alone):
            yield question, shown_alone(self.place, question)

    def read(self, question, answer):
        return read(self.place, question, answer)


class Reference:
    """Answers a question the slow way."""

    def __init__(self, events, some):
        self.events = events
        self.zones = {card.id: ZoneInfo(card.zone) for card in some}
        self.visits = [
            visit
            for card, zone in self.zones.items()
            for visit in visits_of([e for e in events if e["card"] == card], zone)
        ]

    def within(self, question, period):
        """Visits; those of a place too small to be shown alone are not there."""
        least = least_visitors("", question.filters)
        asked = [card.id for card in question.cards]
        chosen = [visit for visit in self.visits if visit["card"] in asked]
        chosen = [visit for visit in chosen if fits(visit, question.filters)]
        shown = [
            card
            for card in asked
            if measured(self._on(chosen, card, question.period))["visitors"] >= least
        ]
        return [visit for card in shown for visit in self._on(chosen, card, period)]

    @staticmethod
    def _on(visits, card, period):
        return [v for v in visits if v["card"] == card and period.first <= v["day"] <= period.last]

    def totals(self, question, period):
        visits = self.within(question, period)
        contacts = sum(bool(visit["contacts"]) for visit in visits)
        spent = sorted(visit["engaged"] for visit in visits)
        return Totals(
            **measured(visits),
            bounces=sum(visit["bounce"] for visit in visits),
            contact_visits=contacts,
            contact_rate=contacts / len(visits) if visits else None,
            engaged_s_median=spent[(len(spent) - 1) // 2] if spent else None,
        )

    def automatic(self, question, shown):
        return sum(
            event["class"] != "human"
            and question.period.first <= self.local(event).date() <= question.period.last
            for event in self.events
            if event["card"] in {card.id for card in shown.cards}
        )

    def local(self, event) -> datetime:
        return event["at"].astimezone(self.zones[event["card"]])

    def rows(self, question, by):
        visits = self.within(question, question.period)
        if by == "weekday_hour":
            return ordered(by_time(visits, self.zones, lambda at: f"{at.isoweekday()}-{at:%H}"))
        total = defaultdict(Counter)
        for card in self.zones:
            rows = by_key([visit for visit in visits if visit["card"] == card], by)
            least = least_visitors(by, question.filters)
            for key, counts in without_small(rows, least, OTHERS).items():
                total[key].update(counts)
        return ordered(total)


def ordered(counts):
    names = ("views", "visitors", "visits", "clicks", "contact_clicks")
    rows = [Row(key, *(n[name] for name in names)) for key, n in counts.items()]
    return tuple(sorted(rows, key=lambda row: (-row.visits, row.key)))


@pytest.fixture(scope="module", params=["open", "closed", "late"])
def scene(request, store, directory_file, tmp_path_factory) -> Iterator[Scene]:
    """Late: some closed days are marked, and their rollups are wrong."""
    source, (mine, second, _) = directory_file
    path = shutil.copy(source, tmp_path_factory.mktemp("figures") / "balise.db")
    directory = open_directory(f"sqlite:///{path}")
    with directory.write() as conn:
        conn.execute(sa.update(tables.cards).values(created_ms=BEGUN_MS))
        some = tuple(cards.get(conn, card.id) for card in (mine, second))
    events = [
        event
        for n, card in enumerate(some)
        for event in happened(card.id, ZoneInfo(card.zone), Random(n))
    ]
    reference = Reference(events, some)
    late = [event for event in events if request.param == "late" and event["at"].day % 5 == 0]
    insert(store, [event for event in events if event not in late])
    if request.param != "open":
        roll_closed_days(store, directory, NOW_MS)
    if late:
        insert(store, late)
        with directory.write() as conn:
            marked = {(event["card"], reference.local(event).date()) for event in late}
            rollup_state.mark_late(conn, marked)
    yield Scene(Place(store, directory, NOW_MS), some, reference)
    directory.close()
    for table in ("events", "visits", "card_days", "card_dims", "card_hours"):
        store.run(f"TRUNCATE TABLE {table}")


def insert(store, events):
    moments = {"at": pl.Datetime("ms", "UTC"), "received": pl.Datetime("ms", "UTC")}
    store.insert("events", pl.DataFrame(events, schema_overrides=moments), token=uuid4().hex)
