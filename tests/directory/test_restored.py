from datetime import date

import pytest

from schema.directory import restored
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 7)


def restore(directory, card, rule="bot.word", first=FIRST, last=LAST):
    with directory.write() as conn:
        return restored.restore(conn, card=card, rule=rule, first=first, last=last, now_ms=NOW_MS)


def test_a_rule_is_restored_for_a_card_and_days_once_however_often_it_is_said(directory, card):
    made = restore(directory, card.id)
    with directory.read() as conn:
        before = restored.revision(conn)
    restore(directory, card.id)
    with directory.read() as conn:
        assert restored.every(conn) == [made]
        assert restored.revision(conn) > before


def test_a_withdrawn_rule_is_restored_nowhere_on_its_card(directory, card):
    restore(directory, card.id)
    restore(directory, card.id, first=date(2026, 12, 1), last=date(2026, 12, 2))
    other = restore(directory, card.id, rule="bot.seo")
    with directory.write() as conn:
        assert len(restored.withdraw(conn, card=card.id, rule="bot.word")) == 2
        assert restored.every(conn) == [other]


def test_what_cannot_be_restored_or_withdrawn_is_refused_with_a_sentence(directory, card):
    with pytest.raises(BadInput, match="card"):
        restore(directory, "nobody00")
    with pytest.raises(BadInput, match="ends before it begins"):
        restore(directory, card.id, first=LAST, last=FIRST)
    with pytest.raises(BadInput, match="is not restored"), directory.write() as conn:
        restored.withdraw(conn, card=card.id, rule="bot.word")
