import pytest

GIVEN = (
    *("--name", "Marie Martin"),
    *("--url", "https://carte.example.fr/marie"),
    *("--zone", "Indian/Reunion"),
)


def _create(shell, account, *more):
    return shell("card", "create", "--account", account, *GIVEN, *more)


def test_what_was_created_is_listed_and_shown(shell, account) -> None:
    sites = ("--origin", "https://a.fr", "--origin", "https://B.fr")
    card = _create(shell, account, *sites, "--id", "k7Hq2xPa", "--json").json
    assert shell("card", "list", "--json").json == [card]
    assert shell("card", "list", "--account", account, "--json").json == [card]
    assert shell("card", "show", "k7Hq2xPa", "--json").json == card
    assert card | {"created_ms": 0} == {
        "id": "k7Hq2xPa",
        "account": account,
        "name": "Marie Martin",
        "url": "https://carte.example.fr/marie",
        "zone": "Indian/Reunion",
        "origins": ["https://a.fr", "https://b.fr"],
        "created_ms": 0,
    }


def test_people_are_told_who_may_send(shell, account) -> None:
    told = _create(shell, account, "--id", "k7Hq2xPa").out
    assert told == ("Card k7Hq2xPa created for Marie Martin; https://carte.example.fr may send.\n")
    assert "https://carte.example.fr" in shell("card", "show", "k7Hq2xPa").out


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("account", "nobody", "There is no account 'nobody'; `balise account list` shows them."),
        ("zone", "Europe/Pari", "'Europe/Pari' is unknown; did you mean 'Europe/Paris'?"),
        ("url", "marie", "The address 'marie' cannot be used; give one such as"),
        ("origin", "a.fr", "The origin 'a.fr' cannot be used; give scheme and host"),
        ("id", "short", "The card id 'short' cannot be used; give 8 letters or digits."),
        ("name", " ", "The card name ' ' cannot be used"),
    ],
)
def test_a_wrong_value_is_one_sentence_and_nothing_is_done(
    shell, account, option, value, sentence
) -> None:
    answer = _create(shell, account, f"--{option}", value)  # the last of two counts
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
    assert shell("card", "list", "--json").json == []


def test_the_cards_of_an_unknown_account_are_not_an_empty_list(shell, directory_dsn) -> None:
    answer = shell("card", "list", "--account", "nobody")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("There is no account 'nobody'")


def test_deleting_asks_first(shell, account) -> None:
    _create(shell, account, "--id", "k7Hq2xPa")
    answer = shell("card", "delete", "k7Hq2xPa", typed="n\n")
    assert (answer.code, answer.out) == (130, "")
    assert "Delete the card Marie Martin (k7Hq2xPa)? [y/N]" in answer.err
    assert (
        shell("card", "delete", "k7Hq2xPa", "--yes").out
        == "Deleted the card Marie Martin (k7Hq2xPa).\n"
    )
    assert shell("card", "list").out == "No card yet; `balise card create` makes one.\n"


@pytest.mark.parametrize("verb", ["show", "delete"])
def test_an_unknown_card_is_named(shell, directory_dsn, verb) -> None:
    answer = shell("card", verb, "k7Hq2xPa")
    assert answer == (2, "", "There is no card 'k7Hq2xPa'; `balise card list` shows them.\n")
