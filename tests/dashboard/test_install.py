"""The installation page: what to paste, and whether a trial visit really arrived."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from collector import script
from dashboard import trial
from schema.directory import secrets
from schema.items import read
from schema.wire import CHANNELS

DOCS = Path(__file__).parents[2] / "docs"
AT = "2026-11-20T18:29:00+01:00"


def page_of(world, who=None, query=""):
    return world.visitor(who or world.owner).get(f"/cards/{world.mine.id}/install{query}").text


def snippets(page) -> list[str]:
    return [
        unescape(text) for text in re.findall(r"<code id=\"[\w-]+\">(.*?)</code>", page, re.DOTALL)
    ]


def way_of(page) -> str:
    return unescape(re.search(r'id="try" href="([^"]+)"', page)[1])


def code_of(page) -> str:
    return re.search(r"check\?trial=([\w-]+)\"", page)[1]


def owners_visit(world, code, **changes):
    told = {"class": "owner", "item": code, "browser": "Mobile Safari", "os": "iOS"}
    return world.event(world.mine, AT, **told | changes)


def test_the_page_shows_what_to_paste_for_this_card(world):
    tag, pinned, french, english, receipt, button, _, _ = snippets(page_of(world))
    assert tag == f'<script defer src="{world.origin}/b.js" data-card="{world.mine.id}"></script>'
    assert f'src="{world.origin}{script.hashed_path()}"' in pinned
    assert f'integrity="{script.integrity()}" crossorigin data-card="{world.mine.id}"' in pinned
    for notice in (french, english):
        assert f'href="{world.origin}/objection?card={world.mine.id}"' in notice
    assert "Votre choix est retenu" in french
    assert "Your choice is kept" in english
    assert receipt in (DOCS / "beacon.md").read_text(encoding="utf-8")
    assert 'data-track="booking"' in button


def test_every_channel_of_a_share_has_a_button_to_paste(world):
    *_, links, sheet = snippets(page_of(world))
    channels = re.findall(r'data-track="share" data-track-label="(\w+)"', links + sheet)
    assert tuple(channels) == CHANNELS
    quoted = re.findall(r'href="[^"]+(https?%[^&"]+)"', links)  # what the script replaces
    assert [unquote(address) for address in quoted] == [world.mine.url] * 5


def test_the_trial_leads_to_the_card_with_a_signature_for_this_card_alone(world):
    page = page_of(world)
    place = urlsplit(way_of(page))
    assert place._replace(query="").geturl() == world.mine.url
    (token,) = parse_qs(place.query)["item"]
    key = secrets.shared(world.directory, secrets.ITEM_KEY, world.clock())
    signed = read(key, world.mine.id, token)
    assert signed.code == code_of(page)
    assert signed.is_trial
    assert read(key, world.second.id, token) is None


def test_each_look_at_the_page_is_a_trial_of_its_own(world):
    assert code_of(page_of(world)) != code_of(page_of(world))


def test_nothing_is_said_until_the_visit_of_this_very_trial_has_arrived(world):
    visitor = world.visitor(world.owner)
    check = f"/cards/{world.mine.id}/install/check?trial="
    code, other = trial.new_code(), trial.new_code()
    world.store_events(
        owners_visit(world, other),
        world.event(world.mine, AT),
        world.event(world.second, AT, item=code),
        owners_visit(world, code, name="engage"),
    )
    assert visitor.get(check + code).text == ""
    world.store_events(owners_visit(world, code))
    answer = visitor.get(check + code).text
    assert "Nous avons bien reçu votre visite d’essai." in answer
    assert "Elle est arrivée à 18:29:00, de Mobile Safari sur iOS." in answer


def test_each_button_that_was_tried_is_named_once(world):
    code = trial.new_code()
    clicks = [
        owners_visit(world, code, name="click", target=target)
        for target in ("phone", "email", "phone")
    ]
    world.store_events(owners_visit(world, code), *clicks)
    answer = world.visitor(world.owner).get(f"/cards/{world.mine.id}/install/check?trial={code}")
    assert re.findall("<li>(.*?)</li>", answer.text) == ["Téléphone", "E-mail"]


def test_a_trial_is_not_in_the_figures(world):
    world.store_events(owners_visit(world, trial.new_code()))
    figures = world.visitor(world.owner).get(f"/cards/{world.mine.id}/figures").text
    assert "Pas encore de vue aujourd’hui." in figures


@pytest.mark.parametrize("junk", ["", "trial-", "salon026", "trial-x' OR 1", "trial-%00%00%00%00"])
def test_another_code_is_not_looked_for(world, junk):
    world.store_events(world.event(world.mine, AT, item=junk))
    answer = world.visitor(world.owner).get(f"/cards/{world.mine.id}/install/check?trial={junk}")
    assert (answer.status_code, answer.text) == (200, "")
    assert code_of(page_of(world, query=f"?trial={junk}")).startswith("trial-")


def test_without_scripts_a_link_asks_again(world):
    code = code_of(page_of(world))
    assert "Rien n’est encore arrivé." in page_of(world, query=f"?trial={code}")
    world.store_events(owners_visit(world, code))
    page = page_of(world, query=f"?trial={code}")
    assert code_of(page) == code
    assert "Nous avons bien reçu votre visite d’essai." in page
    assert "Rien n’est encore arrivé." not in page


def test_the_sites_that_may_send_are_named(world):
    assert "<code>https://carte.example</code>" in page_of(world)


def test_the_cards_page_leads_here(world):
    page = world.visitor(world.owner).get(f"/cards/{world.mine.id}").text
    assert f'href="/cards/{world.mine.id}/install"' in page
