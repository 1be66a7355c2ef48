"""Loading on the real stores: real spool files, the real shipper, the real rollups."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from balise.demo import load
from balise.demo.load import DemoSummary, load_demo
from balise.demo.people import ACCOUNTS, CARDS, PASSWORD, USERS
from balise.demo.rhythm import History
from balise.installation import Installation, reached
from pipeline.retention import delete_over, find_over
from schema.days import day_start_ms, local_day
from schema.directory import accounts, cards, items, users
from schema.errors import BaliseError
from schema.settings import Settings
from schema.settings import load as load_settings
from schema.testing import prepared
from schema.testing.clock import FixedClock
from schema.testing.events import NOW_MS

EVENTS, DAYS = 2_000, 10


def _load(place: Installation, **given: int) -> DemoSummary:
    return load_demo(place, **{"events": EVENTS, "days": DAYS} | given)


@pytest.fixture(scope="module")
def loaded_data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary]:
    """The data folder of a loaded demo, made once, and what was said of it."""
    folder = tmp_path_factory.mktemp("loaded")
    settings = load_settings({"BALISE_DATA": str(folder / "var")}, folder)
    prepared.installation(settings.data)
    with reached(settings, FixedClock(NOW_MS)) as place:
        return settings.data, _load(place)


@pytest.fixture
def loaded(
    loaded_data: tuple[Path, DemoSummary], settings: Settings, clock: FixedClock
) -> Iterator[Installation]:
    """A copy of it."""
    shutil.copytree(loaded_data[0], settings.data, symlinks=True)
    with reached(settings, clock) as place:
        yield place


def _stored(place: Installation) -> list[tuple[object, ...]]:
    return place.store.rows(
        "SELECT count(), uniqExact(card, page, seq), uniqExact(card) FROM events"
    )


def _figures(place: Installation) -> list[tuple[object, ...]]:
    return place.store.rows("SELECT * FROM card_days ORDER BY card, day")


def test_people_cards_and_traffic_are_there_and_added_up(
    loaded: Installation, loaded_data: tuple[Path, DemoSummary]
) -> None:
    _, summary = loaded_data
    assert (summary.accounts, summary.cards, summary.users) == (4, 7, 6)
    assert summary.events == pytest.approx(EVENTS * (1 + 1 / DAYS), rel=0.15)
    assert _stored(loaded) == [(summary.events, summary.events, len(CARDS))]
    assert summary.days >= len(CARDS) * DAYS
    with loaded.directory.read() as conn:
        assert {each.id: each.tier for each in accounts.every(conn)} == {
            each.id: each.tier for each in ACCOUNTS
        }
        assert {each.id: each.zone for each in cards.every(conn)} == {
            each.id: each.zone for each in CARDS
        }


def test_the_known_password_opens_every_login(loaded: Installation) -> None:
    with loaded.directory.read() as conn:
        for each in USERS:
            user = users.verify(conn, each.email, PASSWORD)
            assert user is not None
            assert (user.role, user.account) == (
                each.role,
                each.account.id if each.account else None,
            )


def test_what_was_scanned_came_through_an_item_of_its_card(loaded: Installation) -> None:
    _load(loaded)
    with loaded.directory.read() as conn:
        known = {(each.card, each.medium, each.code) for each in items.every(conn)}
    assert {card for card, _, _ in known} == {card.id for card in CARDS}
    came = loaded.store.rows(
        "SELECT DISTINCT toString(card), toString(medium), toString(item) FROM events"
        " WHERE item != '' OR medium IN ('qr', 'nfc', 'sig')"
    )
    assert set(came) == known


def test_the_figures_of_each_card_are_those_of_its_events(loaded: Installation) -> None:
    for card in CARDS:
        [rolled] = loaded.store.rows(
            "SELECT sum(views), sum(clicks), sum(automatic) FROM card_days"
            " WHERE card = {card:String}",
            {"card": card.id},
        )
        today_ms = day_start_ms(local_day(loaded.clock(), card.zone), card.zone)
        [raw] = loaded.store.rows(
            "SELECT countIf(class = 'human' AND name = 'view'),"
            " countIf(class = 'human' AND name = 'click'), countIf(class != 'human') FROM events"
            " WHERE card = {card:String} AND at < fromUnixTimestamp64Milli({today:Int64})",
            {"card": card.id, "today": today_ms},
        )
        assert rolled == raw
        assert min(raw) > 0


def test_loading_again_changes_nothing(loaded: Installation) -> None:
    stored, figures = _stored(loaded), _figures(loaded)
    with loaded.directory.read() as conn:
        people = users.every(conn), cards.every(conn), cards.revision(conn)
    again = _load(loaded)
    assert (again.events, again.days) == (0, 0)
    assert (_stored(loaded), _figures(loaded)) == (stored, figures)
    with loaded.directory.read() as conn:
        assert (users.every(conn), cards.every(conn), cards.revision(conn)) == people


def test_loading_later_adds_what_has_happened_since(
    loaded: Installation, clock: FixedClock
) -> None:
    before = _stored(loaded)[0][0]
    clock.advance(days=2)
    later = _load(loaded)
    assert later.events == pytest.approx(2 * EVENTS / DAYS * 1.4, rel=0.5)
    total = before + later.events
    assert _stored(loaded) == [(total, total, len(CARDS))]
    assert later.days == pytest.approx(2 * len(CARDS), abs=len(CARDS))


def test_a_load_that_was_cut_short_is_completed(
    place: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(load, "_ship", _killed)
        with pytest.raises(KeyboardInterrupt):
            _load(place)
    assert _stored(place)[0][0] == 0
    completed = _load(place)
    # The spool that was left behind and the new one hold the same events.
    assert _stored(place) == [(completed.events, completed.events, len(CARDS))]
    assert not list(place.settings.spool.glob("*"))


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_another_port_moves_the_cards_so_that_they_go_on_counting(loaded: Installation) -> None:
    moved = replace(loaded, settings=replace(loaded.settings, port=8123))
    _load(moved)
    with loaded.directory.read() as conn:
        card = cards.get(conn, CARDS[0].id)
    assert card is not None
    assert card.url == f"http://127.0.0.1:8123/c/{CARDS[0].id}"
    assert card.origins == ("http://127.0.0.1:8123", "http://localhost:8123")


def test_an_installation_with_customers_of_its_own_is_left_alone(place: Installation) -> None:
    with place.directory.write() as conn:
        accounts.create(conn, name="Garage Hoarau", tier="premium", locale="fr", now_ms=1)
    with pytest.raises(BaliseError, match=r"customers of its own \(Garage Hoarau\)"):
        _load(place)
    with place.directory.read() as conn:
        assert [each.name for each in accounts.every(conn)] == ["Garage Hoarau"]
        assert users.every(conn) == cards.every(conn) == []
    assert _stored(place)[0][0] == 0


def test_progress_is_told_in_steps_that_end(place: Installation) -> None:
    told: dict[str, tuple[int, int]] = {}

    def note(step: str, done: int, total: int) -> None:
        told[step] = done, total

    load_demo(place, events=500, days=3, progress=note)
    assert list(told) == ["generate", "ship", "roll"]
    assert all(done == total for done, total in told.values())


def test_a_larger_demo_extends_a_smaller_one(place: Installation) -> None:
    _load(place, events=500)
    larger = _load(place, events=1_000)
    assert _stored(place) == [(larger.events, larger.events, len(CARDS))]


def test_the_history_ends_where_the_day_is_over_for_every_card(loaded: Installation) -> None:
    [(first, last)] = loaded.store.rows("SELECT min(at), max(at) FROM events")
    assert last.timestamp() * 1000 <= loaded.clock()
    assert (last - first).days == pytest.approx(DAYS, abs=1)
    assert History(last.date(), DAYS, EVENTS).first_day >= first.date()


def test_events_that_retention_has_deleted_do_not_come_back(loaded: Installation) -> None:
    short = replace(loaded, settings=replace(loaded.settings, raw_days=5))
    delete_over(short.store, short.directory, short.settings, short.clock)
    kept = _stored(short)
    assert _load(short).events == 0
    assert _stored(short) == kept


def test_a_demo_is_never_older_than_what_is_kept(place: Installation) -> None:
    short = replace(place, settings=replace(place.settings, raw_days=5))
    assert 0 < _load(short).events < EVENTS
    found = find_over(short.store, short.directory, short.settings, short.clock())
    assert not any(over.rows for over in found)
