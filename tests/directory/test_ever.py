"""What is kept added up is told only while it is that of the card's rollups."""

from datetime import date

import pytest

from schema.directory import ever, rollup_state
from schema.directory.ever import Ever
from schema.directory.rollup_state import Answered, Rolled

MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
SUMS = {"": {"views": 3}, "phone": {"clicks": 2}}


@pytest.fixture
def card(directory, card):
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {card.id: Rolled(MONDAY, card.zone)})
        ever.put(conn, {card.id: Ever(MONDAY, SUMS)})
    return card.id


def told(directory, card):
    with directory.read() as conn:
        return ever.of_cards(conn, rollup_state.of_cards(conn, [card]))


def missing(directory):
    with directory.read() as conn:
        return ever.missing(conn)


def test_sums_are_told_with_the_rollups_they_were_made_of(directory, card):
    assert told(directory, card) == {card: SUMS}
    assert missing(directory) == {}


def test_sums_of_other_days_are_not_told_and_are_missing(directory, card):
    with directory.write() as conn:
        rollup_state.set_rolled(conn, {card: Rolled(TUESDAY, "Europe/Paris")})
    assert told(directory, card) == {}
    assert missing(directory) == {card: TUESDAY}


def test_a_late_day_takes_their_word(directory, card):
    with directory.write() as conn:
        rollup_state.mark_late(conn, {(card, MONDAY)})
    assert told(directory, card) == {}


def test_newer_sums_replace_older_ones(directory, card):
    newer = {"": {"views": 4}}
    with directory.write() as conn:
        ever.put(conn, {card: Ever(MONDAY, newer)})
    assert told(directory, card) == {card: newer}


@pytest.mark.parametrize("whose", [["other"], None])
def test_forgotten_sums_are_missing(directory, card, whose):
    with directory.write() as conn:
        ever.forget(conn, whose)
    assert missing(directory) == ({} if whose else {card: MONDAY})


def test_an_erased_card_leaves_none(directory, card):
    with directory.write() as conn:
        rollup_state.forget(conn, card)
    assert told(directory, card) == {}
    assert missing(directory) == {}


def test_more_cards_than_a_statement_holds_can_be_asked_for_and_forgotten(directory, card):
    names = [f"card{number:05}" for number in range(40_000)]
    with directory.write() as conn:
        states = {name: Answered(MONDAY, frozenset()) for name in (*names, card)}
        assert ever.of_cards(conn, states) == {card: SUMS}
        ever.forget(conn, states)
    assert missing(directory) == {card: MONDAY}
