from collections import Counter
from dataclasses import replace
from itertools import chain
from pathlib import Path
from random import Random
from threading import active_count
from time import monotonic, sleep

import pytest
from starlette.applications import Starlette

from balise.demo import trickle
from balise.demo.enrol import enrol
from balise.demo.people import CARD_BY_ID, CARDS
from balise.demo.trickle import Trickle, Visits
from balise.installation import ready_directory
from collector.asgi import HotPath
from collector.cards import CardBook
from collector.spool import Spool
from collector.track import Track
from pipeline.spools import pending_events
from schema.clock import system_clock
from schema.items import read
from schema.settings import Settings
from schema.testing.events import NOW_MS
from schema.wire import BODY_BYTES_MAX, Envelope, decode

GAP_MS = 5_000
KEY = bytes(range(32))


def _stream(seed: int, turns: int = 100) -> list[Envelope]:
    visits = Visits(Random(seed), KEY)
    sent = chain.from_iterable(visits.turn(NOW_MS + turn * GAP_MS) for turn in range(turns))
    return [decode(body) for _, body in sent]


def test_every_envelope_keeps_the_contract() -> None:
    for envelope in _stream(1):
        assert envelope.card in CARD_BY_ID
        assert all(event.at <= envelope.sent for event in envelope.events)
    bodies = [body for _, body in Visits(Random(1), KEY).turn(NOW_MS)]
    assert all(len(body) < BODY_BYTES_MAX / 8 for body in bodies)


def test_what_was_printed_is_signed_as_a_short_link_would_sign_it() -> None:
    sent = _stream(1)
    assert {each.medium for each in sent if each.item} == {"qr", "nfc", "sig"}
    for each in sent:
        signed = read(KEY, each.card, each.item)
        assert (signed.medium if signed else "") == (each.medium if each.item else "")


def test_the_same_seed_gives_the_same_stream_and_another_another() -> None:
    assert _stream(1) == _stream(1)
    assert not {each.page for each in _stream(1)} & {each.page for each in _stream(2)}


def test_a_page_is_seen_at_once_and_tapped_when_its_time_has_come() -> None:
    events = Counter[tuple[str, int]]()
    for envelope in _stream(1):
        if envelope.events[0].seq == 0:
            assert envelope.events[0].name == "view"
            assert envelope.events[0].at == envelope.sent
        for event in envelope.events:
            assert envelope.sent - GAP_MS < event.at
            events[envelope.page, event.seq] += 1
    assert set(events.values()) == {1}


def test_every_card_gets_its_visits() -> None:
    assert {envelope.card for envelope in _stream(1)} == {card.id for card in CARDS}


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trickle, "GAP_S", (0.01, 0.05))


def test_visits_arrive_through_the_real_intake_until_it_is_stopped(
    settings: Settings, served, hurried: None
) -> None:
    settings.spool.mkdir(parents=True)
    with ready_directory(settings) as directory:
        with directory.write() as conn:
            enrol(conn, origin=settings.origin, days=1, now_ms=system_clock())
        book = CardBook(directory, system_clock)
        spool = Spool(settings.spool, clock=system_clock, bytes_max=10**8, free_bytes_min=0)
        track = Track(
            book=book,
            spool=spool,
            clock=system_clock,
            network_requests_s=settings.network_requests_s,
            card_requests_s=settings.card_requests_s,
            trusted_proxies=(),
        )
        hot = HotPath(Starlette(), track)
        with served(hot) as client:
            here = replace(settings, port=client.base_url.port, public_url=settings.origin)
            with Trickle(here, system_clock, KEY):
                _wait_for_events(settings.spool, 5)
            stopped_at = pending_events(settings.spool)
            sleep(0.2)
            assert pending_events(settings.spool) == stopped_at
        spool.close()
        book.close()


def _wait_for_events(spool: Path, least: int) -> None:
    deadline_s = monotonic() + 20
    while pending_events(spool) < least:
        assert monotonic() < deadline_s, "no visit arrived"
        sleep(0.02)


def test_a_server_that_is_away_stops_nothing(settings: Settings, hurried: None) -> None:
    threads = active_count()
    with Trickle(replace(settings, port=1), system_clock, KEY):
        sleep(0.3)
        assert active_count() == threads + 1
    assert active_count() == threads
