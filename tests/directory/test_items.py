import pytest

from schema.directory import accounts, items
from schema.errors import BadInput
from schema.ids import ITEM_CODE_CHARS
from schema.wire import MEDIA

NOW_MS = 1_763_640_000_000


def make(conn, card, /, **given):
    told = {"card": card.id, "medium": "qr", "label": "Cartes 2026", "now_ms": NOW_MS}
    return items.create(conn, **told | given)


@pytest.mark.parametrize("medium", MEDIA)
def test_an_item_is_found_under_its_code(directory, card, medium) -> None:
    with directory.write() as conn:
        made = make(conn, card, medium=medium)
    with directory.read() as conn:
        assert items.get(conn, made.code) == made
        assert items.of_card(conn, card.id) == items.every(conn) == [made]
    assert len(made.code) == ITEM_CODE_CHARS
    assert made.code[0].isalpha()
    assert (made.card, made.medium, made.revoked_ms) == (card.id, medium, None)


@pytest.mark.parametrize("code", ["", "nobody99", "a", "x" * 40, "a/../b/c", "é" * 8, "\x00" * 8])
def test_an_unknown_code_is_nothing(directory, card, code) -> None:
    with directory.read() as conn:
        assert items.get(conn, code) is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"medium": "nfs"}, "The medium 'nfs' is unknown; did you mean 'nfc'?"),
        ({"medium": "inconnu"}, "The medium 'inconnu' is unknown"),
        ({"label": " "}, "The label ' ' cannot be used"),
        ({"label": "a\x1b[31m"}, "cannot be used"),
        ({"code": "court"}, "The code 'court' cannot be used; give 8 letters or digits."),
        ({"code": "whatsapp"}, "The code 'whatsapp' cannot be used"),
        ({"card": "nobody99"}, "There is no card 'nobody99'"),
    ],
)
def test_what_cannot_be_an_item_is_refused(directory, card, given, sentence) -> None:
    with pytest.raises(BadInput, match=sentence.replace("?", r"\?")), directory.write() as conn:
        make(conn, card, **given)
    with directory.read() as conn:
        assert items.every(conn) == []


def test_a_code_is_given_once_even_after_it_was_revoked(directory, card) -> None:
    with directory.write() as conn:
        make(conn, card, code="salon026")
        items.revoke(conn, "salon026", NOW_MS)
    with pytest.raises(BadInput, match="exists already"), directory.write() as conn:
        make(conn, card, code="salon026")


def test_revoked_twice_it_keeps_its_first_time(directory, card) -> None:
    with directory.write() as conn:
        made = make(conn, card)
        assert items.revoke(conn, made.code, NOW_MS + 1).revoked_ms == NOW_MS + 1
        assert items.revoke(conn, made.code, NOW_MS + 2).revoked_ms == NOW_MS + 1
    with pytest.raises(BadInput, match="There is no item 'nobody99'"), directory.write() as conn:
        items.revoke(conn, "nobody99", NOW_MS)


def test_items_go_with_their_card_and_their_account(directory, account, card) -> None:
    with directory.write() as conn:
        make(conn, card)
        accounts.delete(conn, account.id)
        assert items.every(conn) == []
