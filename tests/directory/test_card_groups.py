import pytest

from schema.directory import accounts, card_groups, cards

NOW_MS = 1_763_640_000_000


@pytest.fixture
def made(directory, account):
    """Three cards, the last one of another account."""
    with directory.write() as conn:
        other = accounts.create(conn, name="B", tier="premium", locale="fr", now_ms=NOW_MS)
        return [
            cards.create(
                conn,
                account=owner,
                name=name,
                url=f"https://carte.example.fr/{name}",
                zone="Europe/Paris",
                origins=[],
                now_ms=NOW_MS,
            ).id
            for owner, name in ((account.id, "a"), (account.id, "b"), (other.id, "c"))
        ]


def test_a_group_holds_the_cards_last_put_in_it_and_no_foreign_ones(directory, account, made):
    with directory.write() as conn:
        card_groups.put(conn, account.id, "Agence", made)
        assert card_groups.of_account(conn, account.id) == {"Agence": tuple(sorted(made[:2]))}
        card_groups.put(conn, account.id, "Agence", made[:1])
        assert card_groups.of_account(conn, account.id) == {"Agence": (made[0],)}
        card_groups.put(conn, account.id, "Agence", [])
        assert card_groups.of_account(conn, account.id) == {}


def test_groups_of_two_accounts_may_have_one_name(directory, account, made):
    with directory.write() as conn:
        other = cards.get(conn, made[2]).account
        card_groups.put(conn, other, "Agence", made)
        card_groups.put(conn, account.id, "Agence", [])
        assert card_groups.of_account(conn, other) == {"Agence": (made[2],)}
