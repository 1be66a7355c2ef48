"""Short links, over a real server: where they lead, and what they never do."""

from urllib.parse import parse_qs, urlsplit

import pytest

from schema.directory import cards, items
from schema.items import Signed, read
from schema.testing.events import CARD, NOW_MS

PREFETCH_HEADERS = (
    {"sec-purpose": "prefetch;prerender"},
    {"purpose": "prefetch"},
    {"x-purpose": "preview"},
    {"x-moz": "prefetch"},
)


@pytest.fixture
def item(directory):
    with directory.write() as conn:
        return items.create(conn, card=CARD, medium="nfc", label="Badge", now_ms=NOW_MS)


def scan(collector, code, **headers):
    return collector.client.get(f"/q/{code}", headers=headers)


def test_a_code_leads_to_the_card_with_its_medium_and_its_signed_item(collector, item):
    answer = scan(collector, item.code)
    assert answer.status_code == 302
    place = urlsplit(answer.headers["location"])
    assert place._replace(query="").geturl() == "https://cartes.example.fr/marie"
    asked = parse_qs(place.query, strict_parsing=True)
    assert asked["src"] == ["nfc"]
    assert read(collector.book.item_key, CARD, asked["item"][0]) == Signed(item.code, "nfc")


def test_it_follows_the_card_when_the_card_moves_and_no_cache_may_hold_it_back(
    collector, directory, item
):
    assert scan(collector, item.code).headers["cache-control"] == "no-store"
    with directory.write() as conn:
        cards.change(conn, CARD, url="https://nouveau.example.fr/?m=7#top", origins=[])
    location = scan(collector, item.code).headers["location"]
    assert location.startswith("https://nouveau.example.fr/?m=7&src=nfc&item=")
    assert location.endswith("#top")


@pytest.mark.parametrize("headers", [{}, *PREFETCH_HEADERS], ids=str)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_counts_nothing_by_itself(collector, item, method, headers):
    answer = collector.client.request(method, f"/q/{item.code}", headers=headers)
    assert answer.status_code == 302
    assert "set-cookie" not in answer.headers
    collector.spool.close()
    assert collector.spooled() == []
    assert collector.counted("", 0) == {}


@pytest.mark.parametrize(
    "code", ["nobody99", "x", "", "a" * 5000, "%00", "é", "<b>", "a%2fb", "%ff"]
)
def test_an_unknown_code_is_told_kindly_and_is_no_error(collector, item, code):
    answer = scan(collector, code)
    assert answer.status_code == 404
    assert "Ce code ne mène nulle part" in answer.text


def test_a_revoked_code_is_told_kindly_and_leads_nowhere(collector, directory, item):
    with directory.write() as conn:
        items.revoke(conn, item.code, NOW_MS)
    answer = scan(collector, item.code)
    assert answer.status_code == 410
    assert "Ce code n’est plus en service" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "cartes.example.fr" not in answer.text


def test_a_deleted_card_takes_its_codes_with_it(collector, directory, item):
    with directory.write() as conn:
        cards.delete(conn, CARD)
    assert scan(collector, item.code).status_code == 404


def test_pages_are_french_first_and_english_for_those_who_ask(collector):
    french, english, tahitian = (
        scan(collector, "nobody99", **{"accept-language": asked}).text
        for asked in ("fr-RE,fr;q=0.9", "en-GB,en;q=0.9", "ty")
    )
    assert '<html lang="fr">' in french
    assert french == tahitian
    assert '<html lang="en">' in english
    assert "This code leads nowhere" in english
    assert '<html lang="en">' in collector.client.get("/q/nobody99?lang=en").text


def test_while_the_directory_is_away_the_page_says_so(collector, directory, item, tmp_path):
    directory.close()
    (tmp_path / "balise.db").write_bytes(b"not a database" * 1000)
    answer = scan(collector, item.code)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Votre code est bon" in answer.text
