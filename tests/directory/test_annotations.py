from datetime import date

import pytest

from schema.directory import annotations
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000


def test_annotations_of_some_days_come_in_order_and_others_do_not(directory, card):
    with directory.write() as conn:
        made = [
            annotations.create(conn, card=card.id, day=date(2026, 11, day), text=text, now_ms=day)
            for day, text in ((20, "Salon de Lyon"), (3, "Affiche"), (21, "Après"))
        ]
    with directory.read() as conn:
        found = annotations.of_cards(conn, [card.id], date(2026, 11, 3), date(2026, 11, 20))
    assert found == [made[1], made[0]]


def test_an_annotation_is_deleted_once_and_only_through_its_own_card(directory, card):
    with directory.write() as conn:
        made = annotations.create(
            conn, card=card.id, day=date(2026, 11, 3), text="Affiche", now_ms=NOW_MS
        )
        annotations.delete(conn, "othercrd", made.id)
        assert annotations.of_cards(conn, [card.id], made.day, made.day) == [made]
        annotations.delete(conn, card.id, made.id)
        annotations.delete(conn, card.id, made.id)
        assert annotations.of_cards(conn, [card.id], made.day, made.day) == []


def test_an_annotation_needs_words_and_a_card(directory, card):
    with directory.write() as conn, pytest.raises(BadInput, match="annotation"):
        annotations.create(conn, card=card.id, day=date(2026, 11, 3), text=" ", now_ms=NOW_MS)
    with directory.write() as conn, pytest.raises(BadInput, match="no card"):
        annotations.create(conn, card="nobody99", day=date(2026, 11, 3), text="x", now_ms=NOW_MS)
