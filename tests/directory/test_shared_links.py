import pytest
import sqlalchemy as sa

from schema.directory import cards, shared_links
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.directory.shared_links import SharedLink
from schema.directory.tables import shared_links as table
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000


def _share(
    directory: Directory, card: Card, password: str | None = None, expires_ms: int | None = None
) -> tuple[SharedLink, str]:
    with directory.write() as conn:
        return shared_links.create(
            conn,
            card=card.id,
            label="For the board",
            password=password,
            expires_ms=expires_ms,
            now_ms=NOW_MS,
        )


def _find(directory: Directory, token: str, now_ms: int = NOW_MS) -> SharedLink | None:
    with directory.read() as conn:
        return shared_links.find(conn, token, now_ms)


def test_a_link_shows_its_card(directory: Directory, card: Card) -> None:
    link, token = _share(directory, card)
    assert _find(directory, token) == link
    assert (link.card, link.has_password) == (card.id, False)
    with directory.read() as conn:
        assert shared_links.of_card(conn, card.id) == [link]


def test_only_a_hash_of_the_token_is_stored(directory: Directory, card: Card) -> None:
    _, token = _share(directory, card)
    with directory.read() as conn:
        assert token not in str(conn.execute(sa.select(table)).one())


def test_a_link_runs_out(directory: Directory, card: Card) -> None:
    link, token = _share(directory, card, expires_ms=NOW_MS + 1000)
    assert _find(directory, token, NOW_MS + 999) == link
    assert _find(directory, token, NOW_MS + 1000) is None


def test_a_revoked_link_shows_nothing(directory: Directory, card: Card) -> None:
    link, token = _share(directory, card)
    with directory.write() as conn:
        shared_links.revoke(conn, "another1", link.id)
    assert _find(directory, token) == link
    with directory.write() as conn:
        shared_links.revoke(conn, card.id, link.id)
    assert _find(directory, token) is None


def test_a_password_opens_its_link_only(directory: Directory, card: Card) -> None:
    _, first = _share(directory, card, password="le mot de Marie")
    _, second = _share(directory, card)
    with directory.read() as conn:
        assert shared_links.opens(conn, first, "le mot de Marie", NOW_MS)
        assert not shared_links.opens(conn, first, "le mot de Paul", NOW_MS)
        assert not shared_links.opens(conn, second, "le mot de Marie", NOW_MS)
        assert not shared_links.opens(conn, "nobody", "", NOW_MS)


def test_a_link_that_has_run_out_is_not_made(directory: Directory, card: Card) -> None:
    with pytest.raises(BadInput, match="run out already"):
        _share(directory, card, expires_ms=NOW_MS)


def test_links_go_with_their_card(directory: Directory, card: Card) -> None:
    _, token = _share(directory, card)
    with directory.write() as conn:
        cards.delete(conn, card.id)
    assert _find(directory, token) is None
