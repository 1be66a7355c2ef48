"""Signed item tokens: what was signed is read back, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.items import TRIAL, Signed, read, sign
from schema.wire import MARK_CHARS_MAX, MEDIA

KEY = bytes(range(32))
CARD = "k7Hq2xPa"
TOKEN = sign(KEY, card=CARD, code="salon026", medium="qr")


@pytest.mark.parametrize("medium", MEDIA)
def test_what_was_signed_is_read_back_with_its_medium(medium):
    token = sign(KEY, card=CARD, code="salon026", medium=medium)
    assert read(KEY, CARD, token) == Signed("salon026", medium)
    assert len(token) <= MARK_CHARS_MAX
    assert token.replace(".", "").replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_no_character_of_a_token_can_be_changed(at):
    other = "B" if TOKEN[at] == "A" else "A"
    assert read(KEY, CARD, TOKEN[:at] + other + TOKEN[at + 1 :]) is None


def test_a_token_is_good_for_its_card_and_its_key_alone():
    assert read(KEY, "k7Hq2xPb", TOKEN) is None
    assert read(bytes(32), CARD, TOKEN) is None


@given(st.text(max_size=MARK_CHARS_MAX))
def test_what_anybody_can_write_is_nothing(text):
    assert read(KEY, CARD, text) is None


@given(st.text(alphabet="ab.\n-_", max_size=30))
def test_a_code_without_its_signature_is_nothing(text):
    assert read(KEY, CARD, text) is None


def test_a_trial_is_told_from_an_item():
    trial = read(KEY, CARD, sign(KEY, card=CARD, code=f"{TRIAL}x1", medium="link"))
    assert trial is not None
    assert trial.is_trial
    assert not Signed("salon026", "qr").is_trial
