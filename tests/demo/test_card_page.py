import re
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import httpx
import pytest
from starlette.applications import Starlette

from balise.demo.buttons import buttons
from balise.demo.card_page import routes
from balise.demo.people import CARDS, DemoCard
from balise.demo.shared import items_of
from dashboard.qr import svg
from schema.testing.clock import FixedClock
from schema.testing.events import NOW_MS
from schema.wire import CHANNELS

ORIGIN = "https://cartes.example.fr"

each_card = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)


def _app(origin: str) -> Starlette:
    return Starlette(routes=routes(origin, FixedClock(NOW_MS)))


@pytest.fixture(scope="module")
def client(served) -> Iterator[httpx.Client]:
    with served(_app(ORIGIN)) as client:
        yield client


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


@each_card
def test_a_card_shows_every_button_under_the_name_that_is_counted(
    client: httpx.Client, card: DemoCard
) -> None:
    links = Tags(client.get(f"/c/{card.id}").text).named("a")
    tracked = [
        (link["data-track"], link["data-track-label"], link["href"])
        for link in links
        if link.get("data-track", "share") != "share"
    ]
    assert tracked == [(each.target, each.place, each.href) for each in buttons(card)]


@each_card
def test_a_card_carries_the_real_script_first_and_one_of_its_own(
    client: httpx.Client, card: DemoCard
) -> None:
    scripts = Tags(client.get(f"/c/{card.id}").text).named("script")
    assert scripts == [
        {"defer": None, "src": "/b.js", "data-card": card.id},
        {"type": "module", "src": "/c/files/card.js"},
    ]


@pytest.mark.parametrize("path", ["/c/", "/c/tTeriiT1/notice", "/c/tTeriiT1", "/c/nobody"])
def test_nothing_inline_and_nothing_from_elsewhere_may_run(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    tags = Tags(answer.text).found
    assert not [tag for tag, attrs in tags if "style" in attrs or tag == "style"]
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]


def test_a_card_may_come_back_from_the_browsers_cache(client: httpx.Client) -> None:
    assert "no-store" not in client.get("/c/tTeriiT1").headers["cache-control"]


def test_every_card_leads_to_a_notice(client: httpx.Client) -> None:
    links = Tags(client.get("/c/tTeriiT1").text).named("a")
    [notice] = [link["href"] for link in links if link["href"] == "/c/tTeriiT1/notice"]
    page = client.get(str(notice)).text
    assert "aucun cookie" in page
    assert 'href="/objection?card=tTeriiT1"' in page


@each_card
def test_an_objection_is_one_link_away_from_every_card(
    client: httpx.Client, card: DemoCard
) -> None:
    links = [link["href"] for link in Tags(client.get(f"/c/{card.id}").text).named("a")]
    assert f"/objection?card={card.id}" in links


def test_each_way_to_share_carries_an_address_that_says_which(client: httpx.Client) -> None:
    links = Tags(client.get("/c/tTeriiT1").text).named("a")
    shared = {
        str(link["data-track-label"]): str(link["href"])
        for link in links
        if link.get("data-track") == "share"
    }
    assert set(shared) == set(CHANNELS) - {"copy", "sheet"}
    for channel, href in shared.items():
        (address,) = re.findall(r"https%3A[^&]*", href)
        assert unquote(address) == f"{ORIGIN}/c/tTeriiT1?src=share&item={channel}"


@each_card
def test_a_phone_can_keep_a_card_on_its_home_screen(client: httpx.Client, card: DemoCard) -> None:
    [manifest] = [
        link["href"]
        for link in Tags(client.get(f"/c/{card.id}").text).named("link")
        if link["rel"] == "manifest"
    ]
    answer = client.get(str(manifest))
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert told["name"] == card.full_name
    assert client.get(told["start_url"]).status_code == 200
    for icon in told["icons"]:
        assert client.get(icon["src"]).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("asked", "language", "sentence"),
    [
        ("", "fr", "Enregistrer le contact"),
        ("fr-FR,fr;q=0.9", "fr", "Enregistrer le contact"),
        ("en-GB,en;q=0.9", "en", "Save the contact"),
        ("ty,de;q=0.5", "fr", "Enregistrer le contact"),
    ],
)
def test_a_visitor_reads_it_in_french_or_english(
    client: httpx.Client, asked: str, language: str, sentence: str
) -> None:
    answer = client.get("/c/tTeriiT1", headers={"accept-language": asked})
    assert f'<html lang="{language}">' in answer.text
    assert sentence in answer.text
    assert answer.headers["vary"] == "Accept-Language"


def test_the_hour_shown_is_that_of_the_cards_holder(client: httpx.Client) -> None:
    assert "Il est 02:00 à Papeete." in client.get("/c/tTeriiT1").text


@pytest.mark.parametrize(
    "path",
    [
        "/c/nobody",
        "/c/nobody.vcf",
        "/c/nobody.webmanifest",
        "/c/nobody/notice",
        "/c/tteriit1",
        "/c/%00",
    ],
)
def test_an_unknown_card_is_said_so_kindly(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "pas de carte à cette adresse" in answer.text


def test_a_contact_file_is_one_that_phones_open(client: httpx.Client) -> None:
    answer = client.get("/c/tTeriiT1.vcf")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="tTeriiT1.vcf"'
    assert answer.content.startswith(b"BEGIN:VCARD\r\n")
    assert f"SOURCE:{ORIGIN}/c/tTeriiT1" in answer.text


def test_the_gallery_has_every_card_to_open_and_to_scan(client: httpx.Client) -> None:
    page = client.get("/c/").text
    opened = {link["href"] for link in Tags(page).named("a")}
    for card in CARDS:
        assert f"/c/{card.id}?src=link" in opened
        assert svg(f"{ORIGIN}/q/{items_of(card)[0].code}") in page


@pytest.mark.parametrize(
    ("origin", "told"), [("http://127.0.0.1:8000", True), ("http://192.168.1.20:8000", False)]
)
def test_a_person_is_told_when_a_phone_cannot_reach_the_address(
    served, origin: str, told: bool
) -> None:
    with served(_app(origin)) as client:
        assert ("BALISE_PUBLIC_URL" in client.get("/c/").text) == told


def test_stylesheet_and_icon_are_served(client: httpx.Client) -> None:
    head = Tags(client.get("/c/tTeriiT1").text).named("link")
    types = {link["rel"]: client.get(str(link["href"])).headers["content-type"] for link in head}
    assert types["stylesheet"].startswith("text/css")
    assert types["icon"] == "image/svg+xml"


@each_card
def test_what_a_holder_wrote_is_shown_as_written(client: httpx.Client, card: DemoCard) -> None:
    shown = unescape(client.get(f"/c/{card.id}").text)
    for text in (card.full_name, card.job, card.company, card.pitch, card.town):
        assert text in shown
