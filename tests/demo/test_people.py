"""The demo names nobody real, and covers what the product sells."""

import re
from dataclasses import astuple
from urllib.parse import urlsplit

import pytest

from balise.demo.people import ACCOUNTS, CARDS, PASSWORD, USERS, DemoCard
from schema.days import check_zone
from schema.directory.checks import PASSWORD_CHARS_MIN
from schema.ids import ACCOUNT_ID_CHARS, is_card_id, is_id
from schema.tiers import TIERS

# Kept for fiction by the French regulator: 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49 and
# 06 39 98, each with four more digits.
FICTION = re.compile(r"\+33(19900|26191|35301|46571|53649|63998)\d{4}")

each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)


def test_there_is_one_account_for_each_tier() -> None:
    assert tuple(account.tier for account in ACCOUNTS) == TIERS


def test_only_multi_cartes_has_several_cards() -> None:
    assert [len(account.cards) > 1 for account in ACCOUNTS] == [False, False, False, True]


def test_cards_live_on_both_sides_of_the_date_line() -> None:
    assert {card.zone for card in CARDS} == {
        "Europe/Paris",
        "Indian/Reunion",
        "America/Martinique",
        "Pacific/Tahiti",
        "Pacific/Noumea",
    }
    assert all(check_zone(card.zone) for card in CARDS)


def test_ids_have_the_shape_of_any_other_and_differ() -> None:
    assert all(is_card_id(card.id) for card in CARDS)
    assert all(is_id(each.id) and len(each.id) == ACCOUNT_ID_CHARS for each in ACCOUNTS)
    assert len({card.id for card in CARDS}) == len(CARDS)


@each_card
def test_a_telephone_number_is_one_that_is_kept_for_fiction(card: DemoCard) -> None:
    assert FICTION.fullmatch(card.mobile)
    assert FICTION.fullmatch(card.landline)


@each_card
def test_an_address_can_belong_to_nobody(card: DemoCard) -> None:
    sites = [text for text in map(str, astuple(card)) if text.startswith("https://")]
    assert sites
    assert all(str(urlsplit(site).hostname).endswith(".example") for site in sites)
    assert card.email.endswith(".example")


def test_each_account_has_its_owner_and_there_is_a_viewer_and_ops() -> None:
    owners = [user.account for user in USERS if user.role == "owner"]
    assert owners == list(ACCOUNTS)
    assert [user.role for user in USERS if user.role != "owner"] == ["viewer", "ops"]
    assert all(user.email.endswith("@demo.example") for user in USERS)


def test_the_password_is_one_that_the_directory_takes() -> None:
    assert len(PASSWORD) >= PASSWORD_CHARS_MIN
