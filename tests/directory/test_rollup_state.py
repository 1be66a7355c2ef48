from datetime import UTC, date, datetime

import pytest

from schema.directory import accounts, cards, horizons, rollup_state
from schema.directory.database import Directory
from schema.directory.rollup_state import Rolled
from schema.metrics import RECIPE

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
PARIS, TAHITI = "Europe/Paris", "Pacific/Tahiti"
CARD = "aaaaaaaa"


@pytest.fixture
def card(directory: Directory) -> str:
    """In Paris."""
    return in_paris(directory, CARD)


def in_paris(directory: Directory, card: str) -> str:
    with directory.write() as conn:
        account = accounts.create(conn, name="A", tier="essentiel", locale="fr", now_ms=0).id
        url = "https://example.fr/c"
        cards.create(
            conn, account=account, name="A", url=url, zone=PARIS, origins=(), now_ms=0, id=card
        )
    return card


def test_each_card_has_its_own_last_day(directory: Directory) -> None:
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {"a": Rolled(MONDAY, PARIS), "b": Rolled(MONDAY, PARIS)})
        rollup_state.set_rolled(conn, {"b": Rolled(TUESDAY, TAHITI, 1)})
        rollup_state.set_rolled(conn, {})
    with directory.read() as conn:
        assert rollup_state.rolled(conn) == {
            "a": Rolled(MONDAY, PARIS, RECIPE),
            "b": Rolled(TUESDAY, TAHITI, 1),
        }


def test_a_day_is_late_from_its_first_mark_until_all_are_cleared(directory: Directory) -> None:
    with directory.write() as conn:
        rollup_state.mark_late(conn, {("a", MONDAY), ("b", TUESDAY)})
        rollup_state.mark_late(conn, [("a", MONDAY)])
        rollup_state.mark_late(conn, [])
    with directory.write() as conn:
        assert rollup_state.late(conn) == {("a", MONDAY): 2, ("b", TUESDAY): 1}
        rollup_state.clear_late(conn, {("a", MONDAY): 2})
        rollup_state.clear_late(conn, {})
        assert rollup_state.late(conn) == {("b", TUESDAY): 1}


def test_a_day_marked_while_it_is_computed_stays_late(directory: Directory) -> None:
    with directory.write() as conn:
        rollup_state.mark_late(conn, {("a", MONDAY)})
    with directory.read() as conn:
        read = rollup_state.late(conn)
    with directory.write() as conn:
        rollup_state.mark_late(conn, {("a", MONDAY)})
    with directory.write() as conn:
        rollup_state.clear_late(conn, read)
        assert set(rollup_state.late(conn)) == {("a", MONDAY)}


def test_some_cards_can_be_asked_for_alone(directory: Directory, card: str) -> None:
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {card: Rolled(TUESDAY, PARIS), "b": Rolled(MONDAY, PARIS)})
        rollup_state.mark_late(conn, {(card, MONDAY), ("b", TUESDAY)})
    with directory.read() as conn:
        known = (TUESDAY, frozenset({MONDAY}))
        assert rollup_state.of_card(conn, card) == known
        assert rollup_state.of_card(conn, "c") == (None, frozenset())
        assert rollup_state.of_cards(conn, [card, "c"]) == {card: known, "c": (None, frozenset())}


def test_each_of_several_cards_has_its_own_marks(directory: Directory, card: str) -> None:
    marked, unmarked, new = (in_paris(directory, name * 8) for name in ("z", "m", "b"))
    with directory.write() as conn:
        rollup_state.set_rolled(
            conn, {each: Rolled(TUESDAY, PARIS) for each in (card, marked, unmarked)}
        )
        rollup_state.mark_late(
            conn, {(card, MONDAY), (card, TUESDAY), (marked, MONDAY), (new, TUESDAY)}
        )
    with directory.read() as conn:
        assert rollup_state.of_cards(conn, [unmarked, marked, card, new]) == {
            card: (TUESDAY, frozenset({MONDAY, TUESDAY})),
            marked: (TUESDAY, frozenset({MONDAY})),
            unmarked: (TUESDAY, frozenset()),
            new: (None, frozenset({TUESDAY})),
        }


@pytest.mark.parametrize("old", [Rolled(TUESDAY, TAHITI), Rolled(TUESDAY, PARIS, RECIPE - 1)])
def test_days_of_another_zone_or_recipe_are_not_answered_for(
    directory: Directory, card: str, old: Rolled
) -> None:
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {card: old})
    with directory.read() as conn:
        assert rollup_state.of_card(conn, card) == (None, frozenset())


@pytest.mark.parametrize("old", [Rolled(TUESDAY, TAHITI), Rolled(TUESDAY, PARIS)])
def test_days_whose_events_are_gone_are_answered_for_whatever_made_them(
    directory: Directory, card: str, old: Rolled
) -> None:
    noon_ms = int(datetime(2026, 11, 16, 12, tzinfo=UTC).timestamp() * 1000)
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {card: old})
        rollup_state.mark_late(conn, {(card, MONDAY), (card, TUESDAY)})
        horizons.move(conn, horizons.RAW, noon_ms)
    with directory.read() as conn:
        through = TUESDAY if old.zone == PARIS else MONDAY
        assert rollup_state.of_card(conn, card) == (through, frozenset({TUESDAY}))
