from datetime import date

import msgspec
import polars as pl
import pytest

from pipeline.batches import to_events
from pipeline.enrich import Enricher
from pipeline.enrich.known import Known
from pipeline.enrich.networks import Listed, Networks
from pipeline.enrich.restored import RestoredBook
from pipeline.frames import SPOOLED
from pipeline.reclass import Scope
from pipeline.reclassify import (
    Place,
    Rulebook,
    begin,
    end_left,
    finish,
    plan,
    reclassify,
    under_way,
    zones_of,
)
from pipeline.roll import roll_closed_days
from schema.directory import restored, rollup_state
from schema.directory.tables import audit
from schema.store.address import parse
from schema.testing.events import AGENTS, CARD, NOW_MS, spooled

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
OTHER = "ReunionA"
WHOLE = Scope(NOW_MS - 30 * DAY_MS, NOW_MS + DAY_MS)
NETWORKS = Networks([Listed("datacentre.ovh", "", ["198.51.100.0/24"])])
CURL = "curl/8.9.1"


@pytest.fixture
def place(store, directory, add_card, tmp_path):
    add_card("Europe/Paris", created_ms=NOW_MS - 9 * DAY_MS)
    add_card("Indian/Reunion", id=OTHER, created_ms=NOW_MS - 9 * DAY_MS)
    address = parse(f"chdb:///{tmp_path}/events")
    return Place(store, address, directory, lambda: NOW_MS, "test")


def put(place, events, token="t"):
    frame = pl.DataFrame(map(msgspec.structs.asdict, events), schema=SPOOLED)
    known = Known(networks=NETWORKS, restored=RestoredBook(place.directory).spans)
    place.store.insert("events", to_events(Enricher(known)(frame)), token=token)


def history(place):
    """People, a program, a mark and a flag, on two cards, every seven hours for eight days."""
    agents = (AGENTS[0], CURL, AGENTS[1], "Googlebot/2.1", AGENTS[2])
    put(
        place,
        [
            spooled(
                n,
                card=(CARD, OTHER)[n % 2],
                at=NOW_MS - n * 7 * HOUR_MS,
                agent=agents[n % 5],
                network=("192.0.2.0/24", "198.51.100.0/24")[n % 3 == 0],
                mark="prefetch" if n % 11 == 0 else "",
            )
            for n in range(27)
        ],
    )


def spoil(place, rule, class_, where):
    """As if another version of the rules had stored them."""
    place.store.run(
        f"ALTER TABLE events UPDATE rule = '{rule}', class = '{class_}' WHERE {where}"
        " SETTINGS mutations_sync = 2"
    )


def events(place):
    return place.store.frame("SELECT * FROM events ORDER BY ALL")


def classes(place, card=CARD):
    asked = "SELECT DISTINCT agent, rule, class FROM events WHERE card = {card:String} ORDER BY ALL"
    return place.store.rows(asked, {"card": card})


def spans(place):
    return RestoredBook(place.directory).spans()


def again(place, whole=WHOLE):
    return reclassify(place, whole, Rulebook(spans(place), NETWORKS.excluded))


def restore(
    place, rule="bot.library", card=CARD, first=date(2026, 11, 15), last=date(2026, 11, 17)
):
    with place.directory.write() as conn:
        restored.restore(conn, card=card, rule=rule, first=first, last=last, now_ms=NOW_MS)


def ledger(place):
    found = place.store.rows(
        "SELECT day, card, outcome, sum(n) AS n FROM ledger WHERE flush = '' GROUP BY ALL"
        " HAVING n != 0"
    )
    return {(str(day), card, outcome): n for day, card, outcome, n in found}


def late(place):
    with place.directory.read() as conn:
        return set(rollup_state.late(conn))


def test_events_stored_under_other_rules_become_what_the_rules_of_now_say(place):
    history(place)
    wanted = events(place)
    spoil(place, "", "human", f"agent = '{CURL}' AND rule = 'bot.library'")
    spoil(place, "bot.gone", "bot", f"agent = '{AGENTS[0]}' AND rule = ''")
    spoil(
        place, "bot.seo datacentre.ovh", "bot", f"agent = '{AGENTS[1]}' AND rule = 'datacentre.ovh'"
    )
    assert not events(place).equals(wanted)
    done = again(place)
    assert done.events > 0
    assert events(place).equals(wanted)
    assert again(place).changes == ()


def test_a_plan_alone_changes_nothing(place):
    history(place)
    spoil(place, "bot.gone", "bot", f"agent = '{AGENTS[0]}' AND rule = ''")
    before = events(place)
    todo = plan(place.store, zones_of(place.directory), Rulebook(spans(place)), WHOLE)
    turns = {(each.rule, each.class_, each.new_rule, each.new_class) for each in todo.changes}
    assert turns == {("bot.gone", "bot", "", "human")}
    assert todo.events == sum(each.events for each in todo.changes) > 0
    assert events(place).equals(before)
    assert late(place) == set()


def test_a_restored_rule_counts_on_its_card_and_its_local_days_and_back_again_nothing_is_left(
    place,
):
    history(place)
    roll_closed_days(place.store, place.directory, NOW_MS)
    before = [events(place), *figures(place)]
    restore(place)
    done = again(place)
    assert {card for card, _ in done.days} == {CARD}
    assert {day for _, day in done.days} <= {date(2026, 11, n) for n in (15, 16, 17)}
    assert (
        done.events
        == place.store.rows(
            "SELECT count() FROM events WHERE class = 'human' AND startsWith(rule, 'bot.library')"
        )[0][0]
    )
    assert late(place) == set(done.days)
    roll_closed_days(place.store, place.directory, NOW_MS)
    assert late(place) == set()
    assert not all(map(same, zip(before, [events(place), *figures(place)], strict=True)))

    with place.directory.write() as conn:
        restored.withdraw(conn, card=CARD, rule="bot.library")
    assert again(place).events == done.events
    roll_closed_days(place.store, place.directory, NOW_MS)
    assert all(map(same, zip(before, [events(place), *figures(place)], strict=True)))
    assert ledger(place) == {}


def same(pair):
    return pair[0].equals(pair[1])


def figures(place):
    tables = ("card_days", "card_hours", "card_dims")
    return [place.store.frame(f"SELECT * FROM {table} ORDER BY ALL") for table in tables]


def test_new_events_of_a_restored_card_count_at_once(place):
    restore(place, first=date(2026, 11, 20), last=date(2026, 11, 20))
    put(place, [spooled(1, agent=CURL), spooled(2, agent=CURL, card=OTHER)])
    assert classes(place) == [(CURL, "bot.library", "human")]
    assert classes(place, OTHER) == [(CURL, "bot.library", "bot")]
    assert again(place).changes == ()


def test_the_ledger_moves_what_changed_between_human_and_automatic_and_still_balances(place):
    put(place, [spooled(n, agent=CURL, at=NOW_MS - n * HOUR_MS) for n in range(3)])
    restore(place, first=date(2026, 11, 20), last=date(2026, 11, 20))
    again(place)
    day = "2026-11-20"
    assert ledger(place) == {(day, CARD, "human"): 3, (day, CARD, "automatic"): -3}


def test_marks_and_flags_are_kept_whatever_the_rules_say_of_the_agent(place):
    history(place)
    kept = "SELECT agent, rule FROM events WHERE match(rule, 'mark|datacentre') ORDER BY ALL"
    before = place.store.rows(kept)
    spoil(
        place,
        "bot.gone datacentre.ovh",
        "bot",
        "endsWith(rule, 'datacentre.ovh') AND NOT startsWith(rule, 'mark.')",
    )
    again(place)
    assert place.store.rows(kept) == before != []


def test_events_from_files_keep_the_class_they_came_with(place):
    put(place, [spooled(1, agent=CURL)])
    spoil(place, "import", "human", "1")
    assert again(place).changes == ()


def test_only_the_card_and_the_time_that_were_asked_for_change(place):
    history(place)
    spoil(place, "", "human", "rule = 'bot.library'")
    since = NOW_MS - 5 * DAY_MS
    again(place, Scope(since, NOW_MS + DAY_MS, CARD))
    changed = place.store.rows(
        "SELECT DISTINCT card, at >= fromUnixTimestamp64Milli({since:Int64}) FROM events"
        f" WHERE agent = '{CURL}' AND rule = 'bot.library'",
        {"since": since},
    )
    assert changed == [(CARD, 1)]


@pytest.mark.parametrize("step", ["written down", "half changed", "changed", "ledger moved"])
def test_cut_short_at_any_step_it_is_ended_by_the_next_run_and_nothing_is_done_twice(place, step):
    history(place)
    restore(place)
    restore(place, rule="bot.search", card=OTHER)
    todo = plan(place.store, zones_of(place.directory), Rulebook(spans(place)), WHOLE)
    assert len(todo.changes) >= 2
    begin(place.directory, todo, NOW_MS)
    steps = {"written down": 0, "half changed": 1, "changed": len(todo.changes)}
    cut_after(place, todo, steps.get(step, len(todo.changes) + 1))
    assert under_way(place.directory) == [todo]

    assert end_left(place) == todo.events
    assert end_left(place) == 0
    assert under_way(place.directory) == []
    assert late(place) == set(todo.days)
    moved = {(day, card, outcome): n for day, card, outcome, n in todo.ledger}
    assert ledger(place) == moved
    assert again(place).changes == ()


class Cut(Exception):
    pass


def cut_after(place, todo, calls):
    """Ends as a kill would, before the step that follows so many calls of the store."""
    left = calls

    class CutStore:
        def __getattr__(self, name):
            nonlocal left
            if name in ("run", "insert"):
                if not left:
                    raise Cut
                left -= 1
            return getattr(place.store, name)

    class CutDirectory:
        def write(self):
            raise Cut

    cut = Place(CutStore(), place.address, CutDirectory(), place.clock, place.actor)
    with pytest.raises(Cut):
        finish(cut, todo, lambda: None)


def test_a_receipt_is_in_the_audit_trail(place):
    put(place, [spooled(1, agent=CURL)])
    restore(place, first=date(2026, 11, 20), last=date(2026, 11, 20))
    done = again(place)
    with place.directory.read() as conn:
        [line] = [each for each in conn.execute(audit.select()) if each.action == "reclassify"]
    assert (line.actor, line.at_ms) == ("test", NOW_MS)
    assert line.subject.startswith("1 bot -> human; 1 days of cards; rules ")
    assert done.token in line.subject
