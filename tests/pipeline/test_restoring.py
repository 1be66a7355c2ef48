"""What a page of ops asks for: a rule restored or withdrawn, and what that will change."""

from datetime import date

import msgspec
import polars as pl
import pytest

from pipeline.backfill import METRICS
from pipeline.batches import to_events
from pipeline.blocks import Block
from pipeline.compute import tables_of_block
from pipeline.enrich import enrich
from pipeline.frames import SPOOLED
from pipeline.preview import Gain
from pipeline.reclassify import Place as ReclassifyPlace
from pipeline.reclassify import end_left, under_way
from pipeline.restoring import Place, preview, restore, withdraw
from schema.directory import restored
from schema.directory.tables import audit
from schema.errors import BadInput, Unavailable
from schema.store.address import parse
from schema.testing.events import AGENTS, CARD, NOW_MS, spooled

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
CURL, WGET = "curl/8.9.1", "Wget/1.21.4"
TODAY, YESTERDAY = date(2026, 11, 20), date(2026, 11, 19)
RULE = {"card": CARD, "rule": "bot.library"}


@pytest.fixture
def place(store, directory, add_card):
    add_card("Europe/Paris", created_ms=NOW_MS - 9 * DAY_MS)
    add_card("Indian/Reunion", id="ReunionA", created_ms=NOW_MS - 9 * DAY_MS)
    return Place(store, directory, lambda: NOW_MS, "ops", frozenset())


def put(place, *events):
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    place.store.insert("events", to_events(enrich(frame)), token="t")


@pytest.fixture
def caught(place):
    """Two programs, today and yesterday, beside a person, a search engine and another card."""
    yesterday = NOW_MS - DAY_MS
    put(
        place,
        spooled(1, agent=CURL),
        spooled(2, agent=CURL, name="click", target="phone"),
        spooled(3, agent=CURL, at=yesterday),
        spooled(4, agent=WGET, at=yesterday, name="engage", ms=10),
        spooled(5, agent=CURL, at=yesterday - DAY_MS),
        spooled(6, agent=AGENTS[0]),
        spooled(7, agent="Googlebot/2.1"),
        spooled(8, agent=CURL, card="ReunionA"),
    )


def counted(place):
    found = place.store.rows("SELECT count() FROM events WHERE class = 'human'")
    return found[0][0]


def figures(place, first, last):
    block = Block("Europe/Paris", first, last, (CARD,))
    made = tables_of_block(place.store, block)["card_days"]
    return {name: made[name].sum() for name in METRICS}


def end(place, tmp_path):
    address = parse(f"chdb:///{tmp_path}/events")
    return end_left(
        ReclassifyPlace(place.store, address, place.directory, place.clock, place.actor)
    )


def test_a_preview_tells_what_each_day_gains_and_of_which_agents_and_changes_nothing(place, caught):
    before = counted(place)
    seen = preview(place, **RULE, first=YESTERDAY, last=TODAY)
    assert seen.days == (
        Gain(YESTERDAY, views=1, clicks=0, events=2),
        Gain(TODAY, views=1, clicks=1, events=2),
    )
    assert seen.agents == ((CURL, 3), (WGET, 1))
    assert (seen.views, seen.clicks, seen.events) == (2, 1, 4)
    changing = ("views", "clicks", "contact_clicks", "automatic")
    assert [(seen.before[name], seen.after[name]) for name in changing] == [
        *[(1, 3), (0, 1), (0, 1), (5, 1)]
    ]
    assert counted(place) == before
    assert under_way(place.directory) == []
    with place.directory.read() as conn:
        assert restored.every(conn) == []


def test_what_a_preview_tells_is_what_a_restoration_does(place, caught, tmp_path):
    seen, before = preview(place, **RULE, first=YESTERDAY, last=TODAY), counted(place)
    restore(place, **RULE, first=YESTERDAY, last=TODAY)
    end(place, tmp_path)
    assert counted(place) - before == seen.events
    assert seen.after == figures(place, YESTERDAY, TODAY)
    assert preview(place, **RULE, first=YESTERDAY, last=TODAY).days == ()


def test_days_of_a_preview_are_those_of_the_card(place):
    put(place, spooled(1, agent=CURL, card="ReunionA", at=NOW_MS - 19 * HOUR_MS))
    asked = {"card": "ReunionA", "rule": "bot.library"}
    [gain] = preview(place, **asked, first=YESTERDAY, last=TODAY).days
    assert gain.day == YESTERDAY
    assert preview(place, **asked, first=TODAY, last=TODAY).days == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"card": "gone"}, "gone"),
        ({"rule": "bot.invented"}, "bot.invented"),
        ({"first": TODAY, "last": YESTERDAY}, "ends before it begins"),
    ],
)
def test_what_cannot_be_restored_is_refused_by_its_name_and_nothing_is_written(place, wrong, told):
    asked = {**RULE, "first": YESTERDAY, "last": TODAY, **wrong}
    for ask in (preview, restore):
        with pytest.raises(BadInput, match=told):
            ask(place, **asked)
    with place.directory.read() as conn:
        assert restored.every(conn) == []
        assert conn.execute(audit.select()).all() == []


def test_a_rule_that_is_not_restored_cannot_be_withdrawn(place):
    with pytest.raises(BadInput, match="not restored"):
        withdraw(place, **RULE)


def test_what_is_withdrawn_is_as_if_it_had_never_been_restored(place, caught, tmp_path):
    before = counted(place)
    restore(place, **RULE, first=YESTERDAY, last=TODAY)
    end(place, tmp_path)
    withdraw(place, **RULE)
    end(place, tmp_path)
    assert counted(place) == before


def test_nothing_is_restored_while_another_change_is_under_way(place, caught):
    restore(place, **RULE, first=TODAY, last=TODAY)
    with pytest.raises(Unavailable):
        restore(place, **RULE, first=YESTERDAY, last=YESTERDAY)
    with place.directory.read() as conn:
        assert len(restored.every(conn)) == 1


def test_a_restoration_whose_change_cannot_be_planned_is_not_written(place, caught):
    class AwayStore:
        def __getattr__(self, name):
            raise Unavailable("The store is away.")

    away = Place(AwayStore(), place.directory, place.clock, place.actor, place.excluded)
    with pytest.raises(Unavailable):
        restore(away, **RULE, first=TODAY, last=TODAY)
    with place.directory.read() as conn:
        assert restored.every(conn) == []
