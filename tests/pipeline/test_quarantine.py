"""Poison at any place goes to quarantine once; its neighbours are stored; all is counted."""

from contextlib import closing

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import quarantine
from pipeline.enrich import enrich
from pipeline.late import ZoneBook
from pipeline.ledger import read_ledger
from pipeline.ship import Shipper
from pipeline.spools import SpoolFile, pending_events
from schema.testing.events import CARD, NOW_MS, batch, spooled
from schema.testing.spools import PlainSpool

REFUSED = "CONSTRAINT no_poison CHECK label != 'poison'"
EVENTS = 40


@pytest.fixture
def shipper(tmp_path, store, directory):
    with closing(Shipper(tmp_path / "spool", store, directory, enrich, lambda: NOW_MS)) as shipper:
        yield shipper


@pytest.fixture
def spool(tmp_path):
    with closing(PlainSpool(tmp_path / "spool")) as spool:
        yield spool


def spoil(line: bytes, how: int) -> bytes:
    return (
        line[: len(line) // 2],
        line.replace(b'"page":"', b'"page":"\xff\xfe'),
        line.replace(b'"width":', b'"width":9'.ljust(20, b"9")),
        line.replace(b'"seq":', b'"sec":'),
        b"[" * 500,
        b"\x00",
    )[how]


def reasons(store):
    return store.rows("SELECT position, reason FROM quarantine ORDER BY shipment, position")


positions = st.dictionaries(st.integers(0, EVENTS - 1), st.integers(0, 5), max_size=6)
refusals = st.sets(st.integers(0, EVENTS - 1), max_size=6)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(torn=positions, refused=refusals)
def test_poison_at_any_place_is_set_aside_and_its_neighbours_are_stored(
    torn, refused, tmp_path, spool, shipper, store, directory
):
    for table in ("events", "quarantine"):
        store.run(f"TRUNCATE TABLE {table}")
    store.run(f"ALTER TABLE events ADD {REFUSED.replace('CONSTRAINT', 'CONSTRAINT IF NOT EXISTS')}")
    events = [spooled(n, seq=n, label="poison" if n in refused else "") for n in range(EVENTS)]
    lines = batch(events).splitlines()
    for place, how in torn.items():
        lines[place] = spoil(lines[place], how)
    spool.commit_body(b"\n".join(lines) + b"\n", events)
    assert shipper.ship_once() == EVENTS
    sound = set(range(EVENTS)) - torn.keys() - refused
    assert {seq for (seq,) in store.rows("SELECT seq FROM events")} == sound
    assert [place for place, _ in reasons(store)] == sorted(torn.keys() | refused)
    assert all(reason for _, reason in reasons(store))
    assert pending_events(tmp_path / "spool") == 0


def test_what_is_in_quarantine_is_the_row_as_it_was_and_tells_why(spool, shipper, store):
    good, bad = spooled(1), spooled(2)
    body = batch([bad]).replace(b'"seq":0', b'"seq":"zero"')
    spool.commit_body(batch([good]) + body, [good, bad])
    shipper.ship_once()
    [(card, received, reason, kept)] = store.rows(
        "SELECT card, toUnixTimestamp64Milli(received), reason, body FROM quarantine"
    )
    assert (card, received) == (CARD, bad.received)
    assert "seq" in reason
    assert kept.encode() == body.strip()


@pytest.mark.parametrize("stage", ["before anything", "events stored", "poison put aside"])
def test_a_crash_on_the_way_leaves_each_row_in_one_place_and_counted_once(
    stage, tmp_path, spool, store, directory, shipper, monkeypatch
):
    store.run(f"ALTER TABLE events ADD {REFUSED}")
    events = [spooled(n, seq=n, label="poison" if n == 3 else "") for n in range(10)]
    spool.commit([*events, events[0]])

    class Killed(BaseException):
        pass

    def die(*_args, **_named):
        raise Killed

    place = {
        "before anything": "pipeline.send.store_sound",
        "events stored": "pipeline.send.put_aside",
        "poison put aside": "pipeline.spools.SpoolFile.forget",
    }[stage]
    with monkeypatch.context() as patch:
        patch.setattr(place, die)
        with pytest.raises(Killed):
            shipper.ship_once()
    shipper.close()
    with closing(Shipper(tmp_path / "spool", store, directory, enrich, lambda: NOW_MS)) as next_one:
        assert next_one.ship_once() == 11
    assert store.rows("SELECT count(), uniqExact(seq) FROM events") == [(9, 9)]
    assert store.rows("SELECT position FROM quarantine") == [(3,)]
    [line] = read_ledger(store, tmp_path / "spool", ZoneBook(directory).zones())
    assert (line.human, line.duplicate, line.invalid, line.missing) == (9, 1, 1, 0)


def test_a_store_that_refuses_everything_is_waited_for(
    tmp_path, spool, shipper, store, monkeypatch
):
    monkeypatch.setattr(quarantine, "POISON_MAX", 10)
    store.run("ALTER TABLE events ADD CONSTRAINT nothing CHECK seq > 60000")
    spool.commit([spooled(n, seq=n) for n in range(50)])
    assert shipper.ship_once() == 0
    assert store.rows("SELECT count() FROM quarantine") == [(0,)]
    assert pending_events(tmp_path / "spool") == 50


def test_a_row_that_repeats_poison_is_judged_for_itself(spool, shipper, store):
    event = spooled(1)
    torn = batch([event])[:-20] + b"\n"
    spool.commit_body(torn + batch([event]), [event, event])
    shipper.ship_once()
    assert store.rows("SELECT count() FROM events") == [(1,)]
    assert SpoolFile(spool.path).begun() is None
    assert msgspec.json.decode(batch([event]))["page"] == event.page
