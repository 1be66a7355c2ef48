"""All cards of an account side by side, and their groups, over HTTP."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from schema.directory import accounts, items


@pytest.fixture(scope="module")
def owner(lasting_world):
    world = lasting_world
    with world.directory.write() as conn:
        accounts.change(conn, world.mine.account, tier="multi_cartes")
    world.store_events(
        world.event(world.mine, "2026-11-20T18:10:00+01:00", visitor=1, source="direct"),
        world.event(world.second, "2026-11-20T18:11:00+01:00", visitor=1),
        world.event(world.foreign, "2026-11-20T18:12:00+01:00", visitor=2),
    )
    return world.visitor(world.owner)


def group(owner, name, *cards):
    return owner.post("/cards/groups", {"name": name} | {f"card-{card.id}": "on" for card in cards})


def test_the_cards_of_the_account_and_no_other_stand_side_by_side(lasting_world, owner):
    page = owner.get("/cards?period=7").text
    for card in (lasting_world.mine, lasting_world.second):
        assert f'href="/cards/{card.id}' in page
    assert lasting_world.foreign.id not in page


def test_a_column_leads_to_its_visits_alone_and_back(owner):
    page = unescape(owner.get("/cards?period=7").text)
    [address] = re.findall(r'<th scope="col"><a href="([^"]+)"><bdi>Accès direct', page)
    alone = unescape(owner.get(address).text)
    assert "source=direct" in address
    assert 'class="chips"' in alone


def test_an_item_a_device_or_a_button_is_chosen_in_a_form_that_keeps_what_was_asked(
    lasting_world, owner
):
    given = {"card": lasting_world.second.id, "medium": "nfc", "now_ms": 1}
    with lasting_world.directory.write() as conn:
        code = items.create(conn, label="Salon de Lyon", **given).code
    lasting_world.store_events(
        lasting_world.event(
            lasting_world.second,
            "2026-11-20T18:13:00+01:00",
            visitor=3,
            source="nfc",
            item=code,
            device="tablet",
        )
    )
    page = unescape(owner.get("/cards?period=7&source=nfc&device=desktop").text)
    form = page.partition('id="narrowing"')[2].partition("</form>")[0]
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', form))
    assert (kept["period"], kept["source"]) == ("7", "nfc")
    assert '<option value="desktop" selected>Ordinateur' in form
    assert f'<option value="{code}">Salon de Lyon, {lasting_world.second.name}<' in form
    assert '<option value="phone">Téléphone' in form
    chosen = kept | {"item": code, "device": "tablet", "target": ""}
    alone = unescape(owner.get(f"/cards?{urlencode(chosen)}").text)
    chips = alone.partition('class="chips"')[2].partition("</ul>")[0]
    for said in ("Puce NFC", "Salon de Lyon", "Tablette"):
        assert said in chips
    assert '<option value="tablet" selected>' in alone


def test_tiles_show_the_shape_of_what_moved(owner):
    """Views and visits; nobody has clicked."""
    assert owner.get("/cards?period=7").text.count('class="spark"') == 2
    assert owner.get("/cards?period=7&interval=hour").text.count('class="spark"') == 0


def test_a_group_shows_its_cards_and_is_gone_once_it_has_none(lasting_world, owner):
    mine, second = lasting_world.mine, lasting_world.second
    answer = group(owner, "Agence <Nord>", mine)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards#groups")
    shown = owner.get("/cards?group=Agence+%3CNord%3E").text
    assert "Agence &lt;Nord&gt;" in shown
    assert f'href="/cards/{mine.id}' in shown
    assert f'href="/cards/{second.id}' not in shown
    group(owner, "Agence <Nord>")
    assert "Agence" not in owner.get("/cards").text


def test_a_group_never_takes_a_card_of_someone_else(lasting_world, owner):
    group(owner, "Voisins", lasting_world.foreign)
    assert "Voisins" not in owner.get("/cards").text


def test_a_group_without_a_name_is_refused_in_words_with_its_cards_still_ticked(
    lasting_world, owner
):
    answer = group(owner, "", lasting_world.second)
    assert "Donnez au groupe un nom" in unescape(answer.text)
    ticked = answer.text.partition(f'name="card-{lasting_world.second.id}"')[2].partition(">")[0]
    assert "checked" in ticked


def test_days_without_a_visit_say_so_in_place_of_drawings_and_tables(owner):
    page = unescape(owner.get("/cards?period=custom&from=2026-01-01&to=2026-01-07").text)
    assert "Personne n’est venu ces jours-là." in page
    assert "partagez vos cartes" in page
    for drawn in ("<figure", "<table", 'id="cross"'):
        assert drawn not in page


def test_filters_that_nobody_came_by_can_be_removed_from_the_empty_page(owner):
    page = unescape(owner.get("/cards?period=7&source=qr").text)
    assert "Personne n’est venu par là" in page
    [address] = re.findall(r'href="([^"]+)">Retirer les filtres', page)
    assert 'class="chips"' not in owner.get(address).text


@pytest.mark.parametrize("query", ["period=never", "by=moon", "group=nobody", "from=x&to=y"])
def test_an_address_that_makes_no_sense_is_a_page_all_the_same(owner, query):
    assert owner.get(f"/cards?{query}").status_code == 200
