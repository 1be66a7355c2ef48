"""The sums of all days are kept by adding what is new and taking off what is over, and are what a
full sum gives."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import msgspec
import polars as pl
import pytest
import sqlalchemy as sa

from pipeline.backfill import Request, backfill
from pipeline.batches import to_events
from pipeline.enrich import enrich
from pipeline.ever import added, ever_of, less
from pipeline.frames import SPOOLED
from pipeline.late import ZoneBook
from pipeline.retention import delete_over
from pipeline.roll import roll_closed_days
from schema.days import local_day
from schema.directory import ever, rollup_state, tables
from schema.directory.ever import WHOLE
from schema.settings import load
from schema.testing.events import NOW_MS, spooled

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
ZONES = {"paris000": "Europe/Paris", "reunion0": "Indian/Reunion", "miquelon": "America/Miquelon"}
DAYS = 12
BEFORE_MS = 40 * DAY_MS
"""Days that are held at the beginning; figures of a month are kept."""
TARGETS = ("phone", "email", "linkedin")


@pytest.fixture
def installed(store, directory, add_card):
    for card, zone in ZONES.items():
        add_card(zone, id=card, created_ms=NOW_MS - BEFORE_MS)
    return store


class World:
    """What may happen to an installation from one run of the rollups to the next."""

    def __init__(self, store, directory, folder, seed):
        self.now_ms = NOW_MS
        self.store, self.directory, self.draw = store, directory, Random(seed)
        self._settings = load(
            {"BALISE_DATA": str(folder), "BALISE_ROLLUP_MONTHS": "1", "BALISE_RAW_DAYS": "12"},
            folder,
        )
        self._events = 0

    def events(self, since_ms, until_ms, most=20):
        """As the shipper does: days that have ended are marked after the insert."""
        made = []
        for _ in range(self.draw.randrange(most)):
            self._events += 1
            name = self.draw.choice(("view", "click", "engage"))
            made.append(
                spooled(
                    self._events,
                    card=self.draw.choice(sorted(ZONES)),
                    at=self.draw.randrange(since_ms, until_ms),
                    name=name,
                    target=self.draw.choice(TARGETS) if name == "click" else "",
                    mark=self.draw.choice(("", "", "prefetch")),
                )
            )
        frame = pl.DataFrame(map(msgspec.structs.asdict, made), schema=SPOOLED)
        self.store.insert("events", to_events(enrich(frame)), token=f"t{self._events}")
        zones = dict(ZoneBook(self.directory).zones().iter_rows())
        days = {(event.card, local_day(event.at, zones[event.card])) for event in made}
        ended = {(card, day) for card, day in days if day < local_day(self.now_ms, zones[card])}
        with self.directory.write() as conn:
            rollup_state.mark_late(conn, ended)

    def late_events(self):
        self.events(self.now_ms - 9 * DAY_MS, self.now_ms)

    def backfill(self):
        last = local_day(self.now_ms, "America/Miquelon") - timedelta(days=1)
        some = self.draw.choice(((), tuple(sorted(ZONES))[:2]))
        request = Request(last - timedelta(days=3), last, some)
        backfill(self.store, self.directory, self.clock, request, lambda *_: None)

    def retention(self, store=None):
        delete_over(store or self.store, self.directory, self._settings, self.clock)

    def retention_that_is_cut_short(self):
        with suppress(Cut):
            self.retention(CutStore(self.store, after=self.draw.randrange(6)))

    def zone(self):
        card, zone = self.draw.choice(sorted(ZONES)), self.draw.choice(sorted(ZONES.values()))
        with self.directory.write() as conn:
            conn.execute(sa.update(tables.cards).where(tables.cards.c.id == card).values(zone=zone))

    def clock(self):
        return self.now_ms


class Cut(Exception):
    """The process ends here."""


class CutStore:
    """The store, until so many statements that change it."""

    def __init__(self, store, after):
        self._store, self._left = store, after

    def __getattr__(self, name):
        return getattr(self._store, name)

    def run(self, *statement):
        self._left -= 1
        if self._left < 0:
            raise Cut
        self._store.run(*statement)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happened_sums_that_are_told_are_those_of_the_days_that_are_held(
    installed, directory, tmp_path, seed
):
    world = World(installed, directory, tmp_path, seed)
    happens = (
        *(world.late_events, world.late_events, world.backfill, world.zone),
        *(world.retention, world.retention_that_is_cut_short),
    )
    world.events(NOW_MS - BEFORE_MS, NOW_MS, most=200)
    for _ in range(DAYS):
        world.events(world.now_ms, world.now_ms + DAY_MS)
        world.now_ms += world.draw.choice((0, DAY_MS, DAY_MS, 3 * DAY_MS))
        for _ in range(world.draw.randrange(3)):
            world.draw.choice(happens)()
            told, held = told_and_held(world)
            assert told == {card: held[card] for card in told}
        roll_closed_days(installed, directory, world.now_ms)
        told, held = told_and_held(world)
        assert told == held
    assert any(told.values())


def told_and_held(world):
    with world.directory.read() as conn:
        states = rollup_state.of_cards(conn, ZONES)
        told = ever.of_cards(conn, states)
    through = {card: state.through for card, state in states.items() if state.through}
    return told, {card: each.sums for card, each in ever_of(world.store, through).items()}


def test_days_that_are_over_are_taken_off_and_no_other_day_is_read(installed, directory, tmp_path):
    world = World(installed, directory, tmp_path, 3)
    world.events(NOW_MS - BEFORE_MS, NOW_MS, most=300)
    roll_closed_days(installed, directory, NOW_MS)
    before = sums(directory)
    [(over,)] = installed.rows("SELECT sum(views) FROM card_days WHERE day < '2026-10-20'")
    installed.run(
        "ALTER TABLE card_days UPDATE views = 77 WHERE day >= '2026-10-20'"
        " SETTINGS mutations_sync = 1"
    )
    world.retention()
    after = sums(directory)
    assert after.keys() == before.keys()
    assert whole_views(after) == whole_views(before) - over
    assert over > 0


def test_sums_wait_for_rows_that_a_killed_deletion_left_to_the_engine(
    installed, directory, tmp_path
):
    world = World(installed, directory, tmp_path, 3)
    world.events(NOW_MS - BEFORE_MS, NOW_MS, most=300)
    roll_closed_days(installed, directory, NOW_MS)
    with directory.write() as conn:
        ever.forget(conn)
    installed.run("SYSTEM STOP MERGES card_days")
    installed.run(
        "ALTER TABLE card_days DELETE WHERE day < '2026-11-01' SETTINGS mutations_sync = 0"
    )
    roll_closed_days(installed, directory, NOW_MS)
    assert sums(directory) == {}
    installed.run("SYSTEM START MERGES card_days")
    installed.run("ALTER TABLE card_days DELETE WHERE 0 SETTINGS mutations_sync = 2")
    roll_closed_days(installed, directory, NOW_MS)
    told, held = told_and_held(world)
    assert told == held


def test_a_new_day_is_added_and_the_days_before_are_not_read_again(installed, directory, tmp_path):
    world = World(installed, directory, tmp_path, 7)
    world.events(NOW_MS - DAY_MS, NOW_MS - DAY_MS + HOUR_MS)
    roll_closed_days(installed, directory, NOW_MS)
    before = sums(directory)
    installed.run("ALTER TABLE card_days UPDATE views = 77 WHERE 1 SETTINGS mutations_sync = 1")
    roll_closed_days(installed, directory, NOW_MS + DAY_MS)
    assert sums(directory) == before


def test_figures_are_added_key_by_key_and_the_last_view_is_the_latest():
    one = {WHOLE: figures(2, seen_ms=5), "phone": figures(1)}
    other = {WHOLE: figures(3, seen_ms=4), "email": figures(7)}
    assert added([one, other, {}]) == {
        WHOLE: figures(5, seen_ms=5),
        "phone": figures(1),
        "email": figures(7),
    }
    assert one == {WHOLE: figures(2, seen_ms=5), "phone": figures(1)}


def test_what_is_gone_is_taken_off_key_by_key_and_a_key_of_which_nothing_is_left_goes():
    had = {WHOLE: figures(5, seen_ms=9), "phone": figures(2), "email": figures(1)}
    gone = {WHOLE: figures(2, seen_ms=4), "phone": figures(2)}
    assert less(had, gone) == {WHOLE: figures(3, seen_ms=9), "email": figures(1)}
    assert less({WHOLE: figures(2)}, {WHOLE: figures(2)}) == {}


def test_without_the_day_of_the_last_view_nobody_knows_the_one_before():
    assert less({WHOLE: figures(5, seen_ms=9)}, {WHOLE: figures(2, seen_ms=9)}) is None


def figures(n, *, seen_ms=0):
    names = ("views", "visitors", "visits", "bounces", "clicks", "contact_clicks")
    return {**dict.fromkeys((*names, "contact_visits", "automatic"), n), "last_view_ms": seen_ms}


def sums(directory):
    with directory.read() as conn:
        return ever.of_cards(conn, rollup_state.of_cards(conn, ZONES))


def whole_views(told):
    return sum(each[WHOLE]["views"] for each in told.values())
