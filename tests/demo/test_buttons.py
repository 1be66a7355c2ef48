import pytest

from balise.demo.buttons import buttons, spaced
from balise.demo.people import CARDS, DemoCard
from collector import clean
from schema.targets import TARGET_NAMES

each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)


@each_card
def test_every_button_is_one_that_the_contract_counts(card: DemoCard) -> None:
    shown = buttons(card)
    assert {button.target for button in shown} <= TARGET_NAMES
    assert all(clean.label(button.place) == button.place for button in shown)


@each_card
def test_a_card_can_be_called_written_to_saved_and_found(card: DemoCard) -> None:
    targets = {button.target for button in buttons(card)}
    assert {"phone", "sms", "email", "vcard", "website", "map"} <= targets


@each_card
def test_a_button_is_shown_only_when_there_is_something_behind_it(card: DemoCard) -> None:
    targets = {button.target for button in buttons(card)}
    assert ("linkedin" in targets) == bool(card.linkedin)
    assert ("instagram" in targets) == bool(card.instagram)
    assert ("booking" in targets) == bool(card.booking)
    assert ("whatsapp" in targets) == card.whatsapp


def test_a_number_is_written_in_pairs_that_stay_together() -> None:
    assert spaced("+33199000234") == "+33 1 99 00 02 34".replace(" ", "\N{NO-BREAK SPACE}")
