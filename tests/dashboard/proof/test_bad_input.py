"""Whatever is sent to a page, it answers with a sentence, keeps what was typed, and never falls."""

import re
from html import unescape
from itertools import product

import pytest
from sqlalchemy import update
from starlette.routing import Route

from dashboard.app import ROUTES
from schema.directory import card_groups, cards
from schema.directory.tables import accounts

LONG = "🦊" * 4_000
HOSTILE = ("", "é" * 201, LONG, "\x00", "9999-12-31", "0001-01-01", "-1", "<b>", "a\nb", "‮=1+1")
ADDRESSES = (
    "period=x", "period=2026-13", "from=2026-11-20&to=2026-11-01", "from=x", "to=9999-12-31",
    "from=0000-00-00&to=", "interval=year", "period=90&interval=hour", "source=x", "country=fr",
    "region=x", "city=FR|x", "item=%00", "target=bell", "device=toaster", "referrer=%00",
    "language=%F0%9F%A6%8A", f"referrer={'x' * 4_000}",
)  # fmt: skip
FIELDS = (
    "name",
    "label",
    "day",
    "until",
    "email",
    "zone",
    "url",
    "text",
    "code",
    "origins",
    "rule",
)
SLOW_ON_PURPOSE = ("sign_out", "sign_in", "reset_send", "code")
FORMS = [
    route.path
    for route in ROUTES
    if isinstance(route, Route)
    and "POST" in (route.methods or ())
    and route.name not in SLOW_ON_PURPOSE
]


@pytest.fixture
def all_included(world):
    with world.directory.write() as conn:
        conn.execute(update(accounts).values(tier="multi_cartes"))
    return world


def words(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.mark.parametrize("query", ADDRESSES)
def test_an_address_that_makes_no_sense_is_told_on_the_page_itself(all_included, query):
    world = all_included
    visitor = world.visitor(world.owner)
    for path in (f"/cards/{world.mine.id}", "/cards"):
        page = visitor.get(f"{path}?{query}")
        assert page.status_code == 200
        assert 'class="wrong"' in page.text or 'class="problem"' in page.text, path
        for kind in ("csv", "pdf", "xlsx"):
            assert visitor.get(f"{path}/export.{kind}?{query}").status_code in (200, 400)


def test_dates_the_wrong_way_round_are_said_beside_the_field_with_what_was_typed(all_included):
    world = all_included
    path = f"/cards/{world.mine.id}?from=2026-11-20&to=2026-11-01&source=qr"
    page = world.visitor(world.owner).get(path)
    assert "Le dernier jour vient avant le premier" in words(page)
    assert 'value="2026-11-20"' in page.text
    assert 'name="source" value="qr"' in page.text
    english = world.visitor(world.owner).get(path, **{"accept-language": "en"})
    assert english.status_code == 200


def test_a_filter_that_matches_nothing_is_an_honest_empty_page(all_included):
    world = all_included
    page = world.visitor(world.owner).get(f"/cards/{world.mine.id}?source=nfc")
    assert "Personne n’est venu par là ces jours-ci" in words(page)
    assert "Retirer les filtres" in words(page)


def test_no_form_falls_whatever_is_typed_into_it(all_included):
    world = all_included
    visitors = [world.visitor(world.owner), world.visitor(world.ops)]
    for path, text in product(FORMS, HOSTILE):
        filled = path.format(card=world.mine.id, account=world.mine.account, token="x")
        for visitor in visitors:
            answer = visitor.post(filled, dict.fromkeys(FIELDS, text))
            assert answer.status_code < 500, (path, text[:20])


def test_a_card_that_was_deleted_in_another_tab_is_said_to_be_gone(all_included):
    world = all_included
    visitor = world.visitor(world.owner)
    with world.directory.write() as conn:
        cards.delete(conn, world.second.id)
    path = f"/cards/{world.second.id}"
    for answer in (
        visitor.get(path),
        visitor.get(f"{path}/export.pdf"),
        visitor.post(f"{path}/notes", {"day": "2026-11-20", "text": "Salon"}),
        visitor.post(f"{path}/settings", {"name": "x"}),
    ):
        assert answer.status_code == 404
        assert "Cette page n’existe pas" in words(answer)


def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing_that_was_typed(all_included):
    world = all_included
    app = world.app()
    visitor = world.visitor(world.owner, app)
    path = f"/cards/{world.mine.id}/notes?source=qr"
    visitor.post("/logout")
    ended = visitor.post(path, {"day": "2026-11-19", "text": 'Salon "de" Lyon'})
    assert ended.status_code == 401
    assert "Rien de ce que vous avez saisi n’est perdu" in words(ended)
    action = unescape(re.search(r'action="([^"]+)"', ended.text)[1])
    typed = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', ended.text))
    assert action == path
    visitor.sign_in(world.owner, world.password)
    kept = visitor.post(action, {name: unescape(text) for name, text in typed.items()})
    assert kept.headers["location"] == f"/cards/{world.mine.id}?source=qr#notes"
    assert 'Salon "de" Lyon' in words(visitor.get(f"/cards/{world.mine.id}"))


def test_no_password_comes_back_when_a_session_has_ended(all_included):
    world = all_included
    ended = world.visitor().post("/you/password", {"password": "geheim", "new_password": "neu"})
    assert ended.status_code == 401
    assert "geheim" not in ended.text
    assert 'value="neu"' not in ended.text


def test_signing_in_leads_back_to_the_days_and_filters_that_were_asked_for(all_included):
    world = all_included
    path = f"/cards/{world.mine.id}?period=7&source=qr"
    visitor = world.visitor()
    form = visitor.get(visitor.get(path).headers["location"]).text
    wanted = unescape(re.search(r'name="next" value="([^"]*)"', form)[1])
    answer = visitor.sign_in(world.owner, world.password, next=wanted)
    assert answer.headers["location"] == path


def test_a_group_may_have_as_many_cards_as_an_account(all_included):
    world, now_ms = all_included, all_included.clock.now_ms
    with world.directory.write() as conn:
        made = [
            cards.create(
                conn, account=world.mine.account, name=f"Carte {n}", url="https://carte.example/x",
                zone="Europe/Paris", origins=[], now_ms=now_ms,
            )
            for n in range(40)
        ]  # fmt: skip
    typed = {"name": "Agence"} | {f"card-{card.id}": "on" for card in made}
    assert world.visitor(world.owner).post("/cards/groups", typed).status_code == 303
    with world.directory.read() as conn:
        assert len(card_groups.of_account(conn, world.mine.account)["Agence"]) == 40


def test_a_name_of_thousands_of_emoji_is_refused_beside_its_field_and_kept(all_included):
    world = all_included
    given = {"name": LONG, "url": "https://carte.example/x", "zone": "Mars/Base", "origins": ""}
    answer = world.visitor(world.owner).post(f"/cards/{world.mine.id}/settings", given)
    assert answer.status_code == 422
    assert f'value="{LONG}"' in answer.text
    assert "Donnez un nom de 200 caractères visibles au plus." in answer.text
    assert '<option value="Mars/Base" selected>' in answer.text
    for field in ("name", "zone"):
        assert f'id="{field}-error"' in answer.text
        assert re.search(rf'id="{field}"[^>]* aria-describedby="{field}-error"', answer.text)


@pytest.mark.parametrize(
    ("name", "status"), [("👩‍🚀 نور", 303), ("\u200d", 422), ("\u202etxt", 422), ("a\x07", 422)]
)
def test_a_name_may_be_of_any_script_but_not_of_what_nobody_sees(all_included, name, status):
    world = all_included
    given = {"label": name, "medium": "qr"}
    path = f"/cards/{world.mine.id}/items"
    assert world.visitor(world.owner).post(path, given).status_code == status
