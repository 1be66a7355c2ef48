"""The objection: what a click does, what a mere look does not, and nothing that is written."""

import re
from html import unescape

import pytest

from collector.objection import CHOICES
from schema.directory import cards
from schema.testing.events import CARD, NOW_MS

HERE = {"sec-fetch-site": "same-origin"}


def look(collector, card=CARD, **params):
    return collector.client.get("/objection", params={"card": card} | params)


def choose(collector, choice, card=CARD, headers=HERE):
    return collector.client.post(
        "/objection", params={"card": card, "choice": choice}, headers=headers
    )


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("headers", [HERE, {"sec-fetch-site": "none"}, {}], ids=str)
def test_a_click_leads_back_to_the_card_which_keeps_the_choice(collector, choice, headers):
    answer = choose(collector, choice, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"https://cartes.example.fr/marie?balise={choice}"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


def test_a_look_chooses_nothing(collector):
    for method in ("GET", "HEAD"):
        answer = collector.client.request(method, f"/objection?card={CARD}&choice=off")
        assert answer.status_code == 200
        assert "location" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_nobody_chooses_for_a_visitor(collector, site):
    answer = choose(collector, "on", headers={"sec-fetch-site": site})
    assert answer.status_code == 200
    assert "Me compter à nouveau" in answer.text


@pytest.mark.parametrize("choice", ["", "maybe", "OFF", "off\n"])
def test_another_choice_shows_the_page(collector, choice):
    assert choose(collector, choice).status_code == 200


@pytest.mark.parametrize("card", ["", "nobody99", "x" * 5000, "\x00", "<script>"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_card_is_told_kindly(collector, method, card):
    params = {"card": card, "choice": "off"}
    answer = collector.client.request(method, "/objection", params=params, headers=HERE)
    assert answer.status_code == 404
    assert "De quelle carte s’agit-il" in answer.text
    assert "Global Privacy Control" in answer.text
    assert "<script" not in answer.text


def test_the_same_page_is_one_link_away_in_the_other_language(collector):
    page = look(collector).text
    (link,) = re.findall(r'href="([^"]*)" lang="en"', page)
    english = collector.client.get(f"/objection{unescape(link)}").text
    assert "Do not count me any more" in english
    (link,) = re.findall(r'href="([^"]*)" lang="fr"', english)
    assert collector.client.get(f"/objection{unescape(link)}").text == page


def test_nothing_of_it_is_written(collector):
    choose(collector, "off")
    look(collector)
    collector.spool.close()
    assert collector.spooled() == []
    assert collector.counted("", 0) == {}


def test_what_a_card_is_called_is_shown_and_not_run(collector, directory):
    with directory.write() as conn:
        account = cards.get(conn, CARD).account
        made = cards.create(
            conn,
            account=account,
            name="<script>alert(1)</script>{{ 7 * 7 }}%(site)s",
            url='https://carte.example/"><script>alert(2)</script>',
            zone="Europe/Paris",
            origins=[],
            now_ms=NOW_MS,
        )
    answer = look(collector, made.id)
    assert "<script" not in answer.text
    assert "{{ 7 * 7 }}%(site)s" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_while_the_directory_is_away_the_page_says_what_helps(collector, directory, tmp_path):
    directory.close()
    (tmp_path / "balise.db").write_bytes(b"not a database" * 1000)
    answer = choose(collector, "off")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Global Privacy Control" in answer.text
