from dataclasses import replace

import pytest

from schema.directory import accounts, cards, keys, sessions, users
from schema.directory.accounts import Account
from schema.directory.database import Directory
from schema.directory.users import User
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000


def _create(directory: Directory, **changes: str) -> Account:
    given = {"name": "Garage Hoarau", "tier": "essentiel", "locale": "fr"} | changes
    with directory.write() as conn:
        return accounts.create(conn, **given, now_ms=NOW_MS)


def test_what_was_created_is_found_again(directory: Directory) -> None:
    account = _create(directory)
    with directory.read() as conn:
        assert accounts.get(conn, account.id) == account
    assert (account.name, account.tier, account.created_ms) == (
        "Garage Hoarau",
        "essentiel",
        NOW_MS,
    )


def test_every_account_is_listed_by_name(directory: Directory) -> None:
    later, first = _create(directory, name="Zoé"), _create(directory, name="Agence Teva")
    with directory.read() as conn:
        assert accounts.every(conn) == [first, later]


def test_a_tier_with_a_slip_gets_the_one_that_was_meant(directory: Directory) -> None:
    with pytest.raises(BadInput, match=r"The tier 'premum' is unknown; did you mean 'premium'\?"):
        _create(directory, tier="premum")


def test_a_tier_like_no_other_gets_the_list(directory: Directory) -> None:
    with pytest.raises(BadInput, match="'gold' is unknown; use one of essentiel, premium, "):
        _create(directory, tier="gold")


def test_what_is_not_given_of_an_account_stays(directory: Directory) -> None:
    account = _create(directory)
    with directory.write() as conn:
        changed = accounts.change(conn, account.id, tier="premium")
        assert accounts.get(conn, account.id) == changed == replace(account, tier="premium")
        with pytest.raises(BadInput, match="tier 'gold' is unknown"):
            accounts.change(conn, account.id, name="New", tier="gold")
        assert accounts.get(conn, account.id) == changed


def test_an_unknown_language_is_refused(directory: Directory) -> None:
    with pytest.raises(BadInput, match="The language 'de' is unknown; use one of fr, en"):
        _create(directory, locale="de")


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "a\x00b", "\x1b[31mred", "\udcff", "x" * 201])
def test_a_name_that_cannot_be_printed_is_refused(directory: Directory, name: str) -> None:
    with pytest.raises(BadInput, match=r"The account name .* cannot be used"):
        _create(directory, name=name)
    with directory.read() as conn:
        assert accounts.every(conn) == []


def test_all_that_belongs_to_an_account_goes_with_it(
    directory: Directory, account: Account, user: User
) -> None:
    other = _create(directory)
    with directory.write() as conn:
        card = cards.create(
            conn,
            account=account.id,
            name="Marie",
            url="https://carte.example.fr/marie",
            zone="Europe/Paris",
            origins=(),
            now_ms=NOW_MS,
        )
        token = sessions.start(conn, user.id, NOW_MS)
        _, secret = keys.create(
            conn, scope="account", account=account.id, label="site", now_ms=NOW_MS
        )
    with directory.write() as conn:
        accounts.delete(conn, account.id)
    with directory.read() as conn:
        assert accounts.every(conn) == [other]
        assert cards.get(conn, card.id) is None
        assert users.get(conn, user.id) is None
        assert sessions.find(conn, token, NOW_MS) is None
        assert keys.verify(conn, secret) is None


def test_deleting_an_account_changes_the_revision_of_cards(
    directory: Directory, account: Account
) -> None:
    with directory.write() as conn:
        before = cards.revision(conn)
        accounts.delete(conn, account.id)
        assert cards.revision(conn) != before


@pytest.mark.parametrize("id", ["nobody", "", "a\x00b", "\udcff", "é" * 10, "x" * 1000])
def test_an_unknown_account_is_named(directory: Directory, id: str) -> None:
    with directory.write() as conn:
        assert accounts.get(conn, id) is None
        with pytest.raises(BadInput, match=r"There is no account '.*'; `balise account list`"):
            accounts.delete(conn, id)


def test_an_account_may_be_given_its_id_once(directory: Directory) -> None:
    given = {"name": "Corail", "tier": "premium", "locale": "fr", "now_ms": 1, "id": "CorailGRPE"}
    with directory.write() as conn:
        assert accounts.create(conn, **given).id == "CorailGRPE"
        with pytest.raises(BadInput, match="exists already"):
            accounts.create(conn, **given)
        with pytest.raises(BadInput, match="letters and digits"):
            accounts.create(conn, **given | {"id": "a b"})
