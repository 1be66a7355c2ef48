"""What owners set up themselves: codes and links, the card's settings, keys for programs."""

import re

import pytest

from schema.directory import cards, items
from schema.directory.tables import audit as trail


@pytest.fixture
def marie(world):
    return world.visitor(world.owner)


def made(world) -> list[items.Item]:
    with world.directory.read() as conn:
        return items.of_card(conn, world.mine.id)


def test_an_item_is_made_drawn_and_revoked(world, marie):
    path = f"/cards/{world.mine.id}/items"
    assert marie.post(path, {"label": "Salon de Lyon", "medium": "qr"}).status_code == 303
    [item] = made(world)
    page = marie.get(path).text
    assert f"{world.origin}/q/{item.code}" in page
    svg = marie.get(f"{path}/{item.code}/qr.svg")
    assert (svg.headers["content-type"], svg.text[:4]) == ("image/svg+xml", "<svg")
    plain, logo = (marie.get(f"{path}/{item.code}/qr.png{more}") for more in ("", "?logo"))
    assert plain.content[:4] == logo.content[:4] == b"\x89PNG"
    assert plain.content != logo.content
    marie.post(f"{path}/revoke", {"code": item.code})
    assert made(world)[0].revoked_ms is not None
    assert "Révoqué" in marie.get(path).text
    with world.directory.read() as conn:
        actions = [each.action for each in conn.execute(trail.select())]
    assert actions == ["item.create", "item.revoke"]


@pytest.mark.parametrize("typed", [{"label": " "}, {"label": "x" * 201}, {"medium": "smoke"}])
def test_an_item_that_cannot_be_made_is_told_and_nothing_typed_is_lost(world, marie, typed):
    refused = marie.post(f"/cards/{world.mine.id}/items", {"label": "L", "medium": "nfc"} | typed)
    assert (refused.status_code, made(world)) == (422, [])
    assert "Donnez un nom de 200 caractères visibles au plus" in refused.text


def test_a_viewer_takes_codes_away_and_changes_nothing(world, marie):
    path = f"/cards/{world.mine.id}/items"
    marie.post(path, {"label": "Salon", "medium": "qr"})
    [item] = made(world)
    leo = world.visitor(world.viewer)
    assert leo.get(f"{path}/{item.code}/qr.svg").status_code == 200
    assert "/revoke" not in leo.get(path).text
    assert leo.post(path, {"label": "Mine", "medium": "qr"}).status_code == 403
    assert leo.post(f"{path}/revoke", {"code": item.code}).status_code == 403


def test_an_item_of_another_card_is_not_found_under_this_one(world, marie):
    with world.directory.write() as conn:
        other = items.create(conn, card=world.foreign.id, medium="qr", label="x", now_ms=1)
    path = f"/cards/{world.mine.id}/items"
    assert marie.get(f"{path}/{other.code}/qr.svg").status_code == 404
    assert marie.post(f"{path}/revoke", {"code": other.code}).status_code == 404


def test_a_card_is_set_up_anew(world, marie):
    path = f"/cards/{world.mine.id}/settings"
    typed = {
        "name": "Marie M.",
        "url": "https://new.example/m",
        "zone": "Indian/Reunion",
        "origins": "https://new.example\nhttps://b.example",
    }
    assert marie.post(path, typed).headers["location"] == f"/cards/{world.mine.id}"
    with world.directory.read() as conn:
        card = cards.get(conn, world.mine.id)
    assert (card.name, card.url, card.zone) == (typed["name"], typed["url"], typed["zone"])
    assert card.origins == ("https://new.example", "https://b.example")


def test_all_that_is_wrong_with_a_card_is_told_at_once_and_kept_as_typed(world, marie):
    typed = {"name": " ", "url": "marie", "zone": "Mars/Base", "origins": "x y"}
    refused = marie.post(f"/cards/{world.mine.id}/settings", typed)
    assert refused.status_code == 422
    assert refused.text.count('class="wrong"') == 4
    assert 'value="marie"' in refused.text
    with world.directory.read() as conn:
        assert cards.get(conn, world.mine.id) == world.mine


def test_a_key_is_shown_once_and_asks_until_it_is_deleted(world, marie):
    page = marie.post("/keys", {"label": "Tableur"}).text
    secret = re.search(r"bk_[\w-]+", page)[0]
    assert secret not in marie.get("/keys").text
    asked = {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/cards/{world.mine.id}"
    program = world.visitor()
    assert program.get(path, **asked).status_code == 200
    id = re.search(r'name="key" value="([^"]+)"', marie.get("/keys").text)[1]
    world.visitor(world.stranger).post("/keys/delete", {"key": id})
    assert program.get(path, **asked).status_code == 200
    marie.post("/keys/delete", {"key": id})
    assert program.get(path, **asked).status_code == 401


# What happens meanwhile: somebody else changes the same, or the card goes


def settings(card, **changed):
    typed = {"name": card.name, "url": card.url, "zone": card.zone}
    return typed | {"origins": " ".join(card.origins)} | changed


def test_whoever_meets_a_newer_change_is_shown_it_and_keeps_theirs_knowingly(world, marie):
    path = f"/cards/{world.mine.id}/settings"
    mark = re.search(r'name="mark" value="(\w+)"', marie.get(path).text)[1]
    other = world.visitor(world.owner)
    assert other.post(path, settings(world.mine, name="Theirs", mark=mark)).status_code == 303
    late = marie.post(path, settings(world.mine, name="Mine", mark=mark))
    assert (late.status_code, "Theirs" in late.text, 'value="Mine"' in late.text) == (
        409,
        True,
        True,
    )
    with world.directory.read() as conn:
        assert cards.get(conn, world.mine.id).name == "Theirs"
    mark = re.search(r'name="mark" value="(\w+)"', late.text)[1]
    assert marie.post(path, settings(world.mine, name="Mine", mark=mark)).status_code == 303


def test_a_card_that_was_deleted_in_another_tab_is_a_sentence(world, marie):
    with world.directory.write() as conn:
        cards.delete(conn, world.mine.id)
    for path in ("settings", "items", "share", "alerts", "notes"):
        gone = marie.post(f"/cards/{world.mine.id}/{path}", settings(world.mine))
        assert gone.status_code in (403, 404)  # 403 where the tier is asked first
        assert "Retour à vos cartes" in gone.text
