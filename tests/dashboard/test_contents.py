"""The menu of a card's page: what it leads to is there, and what is there it leads to."""

import re
from html import unescape

import pytest
from sqlalchemy import update

from dashboard.contents import PARTS
from schema.directory.tables import accounts


def _page(world, tier: str, query: str = "") -> str:
    with world.directory.write() as conn:
        mine = accounts.c.id == world.mine.account
        conn.execute(update(accounts).where(mine).values(tier=tier))
    return world.visitor(world.owner).get(f"/cards/{world.mine.id}{query}").text


def _led_to(page: str) -> list[str]:
    menu = page.partition('<details class="menu">')[2].partition("</details>")[0]
    return re.findall(r'href="#([a-z]+)"', menu)


@pytest.mark.parametrize(
    ("tier", "count"), [("essentiel", 0), ("premium", 5), ("force_de_vente", len(PARTS))]
)
def test_the_menu_has_the_parts_that_the_tier_includes_in_their_order(world, tier, count):
    world.store_events(world.event(world.mine, "2026-11-19T10:00:00+01:00"))
    page = _page(world, tier)
    assert _led_to(page) == [part.anchor for part in PARTS][:count]
    found = [at for part in PARTS[:count] if (at := page.find(f' id="{part.anchor}"')) > 0]
    assert len(found) == count
    assert found == sorted(found)


def test_without_a_visit_the_menu_leads_to_no_part_that_is_not_there(world):
    page = _page(world, "force_de_vente")
    assert _led_to(page) == ["period"]
    assert 'id="period"' in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?period=7", "Choisissez d’autres jours, ou partagez votre carte."),
        ("?period=7&source=qr", "Personne n’est venu par là ces jours-ci."),
    ],
)
def test_days_without_a_visit_say_so_in_place_of_a_flat_line(world, query, sentence):
    page = unescape(_page(world, "premium", query))
    assert sentence in page
    assert "<figure" not in page


def test_the_menu_leads_to_the_pages_of_the_card_too(world):
    menu = (
        _page(world, "essentiel").partition('<details class="menu">')[2].partition("</details>")[0]
    )
    assert f'href="/cards/{world.mine.id}/settings"' in menu
