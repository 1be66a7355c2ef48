from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from schema.directory import accounts, cards
from schema.directory.accounts import Account
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000


def _create(directory: Directory, account: str, **changes: Any) -> Card:
    given = {
        "account": account,
        "name": "Marie Martin",
        "url": "https://carte.example.fr/marie",
        "zone": "Indian/Reunion",
        "origins": (),
        "now_ms": NOW_MS,
    }
    with directory.write() as conn:
        return cards.create(conn, **given | changes)


def _revision(directory: Directory) -> int:
    with directory.read() as conn:
        return cards.revision(conn)


def test_what_was_created_is_found_again(directory: Directory, account: Account) -> None:
    card = _create(directory, account.id, origins=("https://a.fr", "https://b.fr"))
    with directory.read() as conn:
        assert cards.get(conn, card.id) == card
    assert card.origins == ("https://a.fr", "https://b.fr")


def test_cards_are_listed_by_name_for_one_account_or_all(
    directory: Directory, account: Account
) -> None:
    second = _create(directory, account.id, name="Zoé")
    first = _create(directory, account.id, name="Alain")
    with directory.read() as conn:
        assert cards.every(conn) == cards.of_account(conn, account.id) == [first, second]
        assert cards.of_account(conn, "another") == []


def test_without_origins_the_site_of_the_card_may_send(
    directory: Directory, account: Account
) -> None:
    card = _create(directory, account.id, url="https://Carte.Example.fr:8443/marie?x=1")
    assert card.origins == ("https://carte.example.fr:8443",)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("HTTPS://Carte.Example.FR", "https://carte.example.fr"),
        ("https://carte.example.fr/", "https://carte.example.fr"),
        ("https://carte.example.fr:443", "https://carte.example.fr"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://café.example.fr", "https://xn--caf-dma.example.fr"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(
    directory: Directory, account: Account, given: str, kept: str
) -> None:
    assert _create(directory, account.id, origins=(given,)).origins == (kept,)


@pytest.mark.parametrize(
    "origin",
    [
        "carte.example.fr",
        "ftp://carte.example.fr",
        "https://",
        "https://:443",
        "https://carte.example.fr/marie",
        "https://carte.example.fr?x",
        "https://user@carte.example.fr",
        "https://carte.example.fr:port",
        "https://carte.example.fr:99999",
        "https://a..fr",
        "https://[::1",
        "https://a b.fr",
        "https://a.fr\n",
        "*",
        "",
    ],
)
def test_what_is_no_origin_is_refused(directory: Directory, account: Account, origin: str) -> None:
    with pytest.raises(BadInput, match=r"The origin '.*' cannot be used; give scheme and host"):
        _create(directory, account.id, origins=(origin,))


@pytest.mark.parametrize(
    "url", ["", "marie", "javascript:alert(1)", "https://a.fr/\x00", f"https://a.fr/{'x' * 2000}"]
)
def test_what_is_no_web_address_is_refused(
    directory: Directory, account: Account, url: str
) -> None:
    with pytest.raises(BadInput, match=r"The address '.*' cannot be used"):
        _create(directory, account.id, url=url)


def test_a_zone_with_a_slip_gets_the_one_that_was_meant(
    directory: Directory, account: Account
) -> None:
    with pytest.raises(BadInput, match=r"'Europe/Pari' is unknown; did you mean 'Europe/Paris'\?"):
        _create(directory, account.id, zone="Europe/Pari")


def test_a_card_may_bring_its_id(directory: Directory, account: Account) -> None:
    assert _create(directory, account.id, id="k7Hq2xPa").id == "k7Hq2xPa"


@pytest.mark.parametrize("id", ["", "short", "too-long-", "k7Hq2xP\x00", "k7Hq2xPé"])
def test_an_id_that_the_beacon_would_refuse_is_refused(
    directory: Directory, account: Account, id: str
) -> None:
    with pytest.raises(
        BadInput, match=r"The card id '.*' cannot be used; give 8 letters or digits"
    ):
        _create(directory, account.id, id=id)


def test_an_id_that_is_taken_is_refused(directory: Directory, account: Account) -> None:
    card = _create(directory, account.id, id="k7Hq2xPa")
    with pytest.raises(BadInput, match="The card 'k7Hq2xPa' exists already"):
        _create(directory, account.id, id="k7Hq2xPa", name="Another")
    with directory.read() as conn:
        assert cards.every(conn) == [card]


def test_a_card_of_an_unknown_account_is_refused(directory: Directory) -> None:
    with pytest.raises(BadInput, match="There is no account 'nobody'"):
        _create(directory, "nobody")


def test_a_card_loses_against_the_deletion_of_its_account(
    directory: Directory, account: Account
) -> None:
    with ThreadPoolExecutor(1) as another:
        with directory.write() as conn:
            accounts.delete(conn, account.id)
            creation = another.submit(_create, directory, account.id)
            with pytest.raises(TimeoutError):  # it waits for us
                creation.result(timeout=0.2)
        with pytest.raises(BadInput, match="There is no account"):
            creation.result()


def test_every_change_to_cards_changes_the_revision(directory: Directory, account: Account) -> None:
    seen = [_revision(directory)]
    card = _create(directory, account.id)
    seen.append(_revision(directory))
    with directory.write() as conn:
        cards.delete(conn, card.id)
    seen.append(_revision(directory))
    assert len(set(seen)) == 3
    with directory.read() as conn:
        assert cards.every(conn) == []


def test_a_refused_card_leaves_the_revision(directory: Directory, account: Account) -> None:
    before = _revision(directory)
    with pytest.raises(BadInput):
        _create(directory, account.id, zone="Nowhere")
    assert _revision(directory) == before


@pytest.mark.parametrize("id", ["k7Hq2xPa", "", "a\x00b", "\udcff"])
def test_an_unknown_card_is_named(directory: Directory, id: str) -> None:
    with directory.write() as conn:
        assert cards.get(conn, id) is None
        with pytest.raises(BadInput, match=r"There is no card '.*'; `balise card list`"):
            cards.delete(conn, id)


def test_a_card_that_moves_is_followed(directory: Directory, account: Account) -> None:
    card = _create(directory, account.id)
    before = _revision(directory)
    with directory.write() as conn:
        cards.change(conn, card.id, url="https://new.example/m", origins=("https://a.fr",))
        moved = cards.get(conn, card.id)
    assert moved is not None
    assert (moved.url, moved.origins) == ("https://new.example/m", ("https://a.fr",))
    assert _revision(directory) > before


def test_a_card_that_stays_where_it_is_changes_nothing(
    directory: Directory, account: Account
) -> None:
    card = _create(directory, account.id)
    before = _revision(directory)
    with directory.write() as conn:
        cards.change(conn, card.id, url=card.url, origins=card.origins)
    assert _revision(directory) == before


def test_what_is_not_given_of_a_card_stays(directory: Directory, account: Account) -> None:
    card = _create(directory, account.id)
    with directory.write() as conn:
        changed = cards.change(conn, card.id, zone="Pacific/Tahiti")
        assert cards.get(conn, card.id) == changed == replace(card, zone="Pacific/Tahiti")


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"url": "marie"}, {"zone": "Mars/Base"}, {"origins": ("x",)}]
)
def test_a_card_is_changed_whole_or_not_at_all(
    directory: Directory, account: Account, wrong: dict[str, Any]
) -> None:
    card = _create(directory, account.id)
    with directory.write() as conn:
        with pytest.raises(BadInput):
            cards.change(conn, card.id, **{"name": "New", "zone": "Europe/Paris"} | wrong)
        assert cards.get(conn, card.id) == card


def test_an_unknown_card_cannot_be_changed(directory: Directory) -> None:
    with directory.write() as conn, pytest.raises(BadInput, match="no card 'unknown1'"):
        cards.change(conn, "unknown1", url="https://new.example", origins=())
