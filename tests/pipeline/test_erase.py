"""After an erasure nothing of a card or a visitor is in a table or in a file of the store."""

from datetime import date

import polars as pl
import pytest

from pipeline.erase import OF_CARD, OF_VISITOR, Place, erase_card, erase_visitor
from pipeline.frames import EVENTS, MOMENT
from pipeline.roll import roll_closed_days
from schema.directory import rollup_state
from schema.store.address import parse
from schema.testing.events import NOW_MS

DAY_MS = 86_400_000
ONE, OTHER = "cardnum1", "cardnum2"
PERSON = 2**63 + 7


def events(card, *visitors, at=NOW_MS - DAY_MS):
    raw = {
        name: [0 if kind.is_numeric() else ""] * len(visitors)
        for name, kind in EVENTS.items()
        if kind != MOMENT
    }
    raw |= {
        "card": [card] * len(visitors),
        "at": [at] * len(visitors),
        "received": [at] * len(visitors),
        "page": [f"{card}{n:04}" for n in range(len(visitors))],
        "name": ["view"] * len(visitors),
        "visitor": list(visitors),
        "class": ["human"] * len(visitors),
    }
    return pl.DataFrame(raw, schema_overrides={"visitor": pl.UInt64}).cast(EVENTS).select(*EVENTS)


@pytest.fixture
def place(store, directory, add_card, tmp_path):
    for card in (ONE, OTHER):
        add_card(id=card, created_ms=NOW_MS - 3 * DAY_MS)
        store.insert("events", events(card, PERSON, PERSON, 1, 2), token=card)
    store.run(
        "INSERT INTO quarantine (card, received, shipment, position, reason, body)"
        f" VALUES ('{ONE}', now64(3), 's', 0, 'r', 'b'), ('{OTHER}', now64(3), 's', 1, 'r', 'b')"
    )
    roll_closed_days(store, directory, NOW_MS)
    address = parse(f"chdb:///{tmp_path}/events")
    return Place(store, address, directory, lambda: NOW_MS, "shell")


def rows(place, table, card, where="1"):
    asked = f"SELECT count() FROM {table} WHERE card = {{card:String}} AND {where}"
    return place.store.rows(asked, {"card": card})[0][0]


def audit(place):
    with place.directory.read() as conn:
        found = conn.exec_driver_sql("SELECT actor, action, subject FROM audit").fetchall()
    return [tuple(row) for row in found]


def files_left(place):
    return place.store.rows(
        "SELECT count() FROM system.parts WHERE database = currentDatabase() AND NOT active"
        " AND table IN ('events', 'visits', 'card_days', 'quarantine')"
    )[0][0]


def test_of_a_card_nothing_is_left_and_of_its_neighbour_everything(place):
    before = {table: rows(place, table, OTHER) for table in OF_CARD}
    assert before["events"] == 4
    deleted = erase_card(place, ONE)
    assert deleted == before
    assert {table: rows(place, table, ONE) for table in OF_CARD} == dict.fromkeys(OF_CARD, 0)
    assert {table: rows(place, table, OTHER) for table in OF_CARD} == before
    assert files_left(place) == 0
    told = ", ".join(f"{table} {n}" for table, n in deleted.items())
    assert audit(place) == [("shell", "erase.card", f"{ONE}: {told}")]
    assert sum(erase_card(place, ONE).values()) == 0


def test_of_a_visitor_nothing_is_left_and_the_figures_follow(place):
    deleted = erase_visitor(place, ONE, [PERSON, 12345])
    assert deleted == {"events": 2, "visits": 1}
    mine = f"visitor = {PERSON}"
    assert [rows(place, table, ONE, mine) for table in OF_VISITOR] == [0, 0]
    assert [rows(place, table, OTHER, mine) for table in OF_VISITOR] == [2, 1]
    with place.directory.read() as conn:
        assert rollup_state.of_card(conn, ONE).late == {date(2026, 11, 19)}
    assert files_left(place) == 0
    roll_closed_days(place.store, place.directory, NOW_MS)
    asked = "SELECT card, views, visitors FROM card_days ORDER BY card"
    assert place.store.rows(asked) == [(ONE, 2, 2), (OTHER, 4, 3)]
    assert audit(place)[-1] == ("shell", "erase.visitor", f"{ONE}: events 2, visits 1")
    assert str(PERSON) not in str(audit(place))


def test_the_settings_of_the_tables_are_what_they_were(place):
    def settings():
        asked = "SELECT engine_full FROM system.tables WHERE name = 'events'"
        return place.store.rows(asked)

    before = settings()
    erase_card(place, ONE)
    assert settings() == before
