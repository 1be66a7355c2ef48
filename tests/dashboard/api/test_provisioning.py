"""What the site that sells cards does: accounts, cards, items, and letting its customers in."""

from html import unescape

import pytest

from schema.directory import accounts, cards, totp, users
from schema.directory.tables import audit as trail

NEW_ACCOUNT = {"name": "Menuiserie Payet", "tier": "premium"}
NEW_CARD = {"name": "Anne", "url": "https://cartes.example/anne", "timezone": "Indian/Reunion"}


@pytest.fixture
def account(ops) -> str:
    return ops.ask("POST", "/accounts", NEW_ACCOUNT).json()["id"]


def test_an_account_is_created_shown_changed_and_deleted(world, ops):
    created = ops.ask("POST", "/accounts", NEW_ACCOUNT)
    assert created.status_code == 201
    account = created.json()
    assert account | NEW_ACCOUNT == account
    assert account["locale"] == "fr"
    assert ops.get(f"/accounts/{account['id']}").json() == account
    changed = ops.ask("PATCH", f"/accounts/{account['id']}", {"tier": "multi_cartes"})
    assert changed.json() == account | {"tier": "multi_cartes"}
    assert ops.ask("DELETE", f"/accounts/{account['id']}").status_code == 204
    assert ops.get(f"/accounts/{account['id']}").status_code == 404
    with world.directory.read() as conn:
        assert accounts.get(conn, account["id"]) is None


def test_a_card_is_created_shown_changed_and_deleted(world, ops, account):
    created = ops.ask("POST", f"/accounts/{account}/cards", NEW_CARD)
    assert created.status_code == 201
    card = created.json()
    assert card | NEW_CARD == card
    assert card["origins"] == ["https://cartes.example"]
    assert ops.get(f"/accounts/{account}/cards").json() == {"items": [card], "next": None}
    moved = ops.ask("PATCH", f"/cards/{card['id']}", {"timezone": "Pacific/Tahiti"})
    assert moved.json() == card | {"timezone": "Pacific/Tahiti"}
    with world.directory.read() as conn:
        assert cards.get(conn, card["id"]).zone == "Pacific/Tahiti"
    assert ops.ask("DELETE", f"/cards/{card['id']}").status_code == 204
    assert ops.get(f"/cards/{card['id']}").status_code == 404


def test_an_item_has_a_short_link_and_a_code_to_print_until_it_is_revoked(world, owner):
    items = f"/cards/{world.mine.id}/items"
    made = owner.ask("POST", items, {"medium": "qr", "label": "Salon de Lyon"})
    assert made.status_code == 201
    item = made.json()
    assert item["link"] == f"{world.origin}/q/{item['code']}"
    svg, png = (owner.get(item["qr"][kind].partition("/api/v1")[2]) for kind in ("svg", "png"))
    assert svg.headers["content-type"] == "image/svg+xml"
    assert png.content.startswith(b"\x89PNG")
    assert owner.get(items).json()["items"] == [item]
    revoked = owner.ask("DELETE", f"{items}/{item['code']}").json()
    assert revoked["revoked"] is not None
    assert revoked | {"revoked": None} == item


def test_an_item_of_one_card_is_not_found_under_another(world, owner):
    item = owner.ask("POST", f"/cards/{world.mine.id}/items", {"medium": "nfc", "label": "x"})
    other = f"/cards/{world.second.id}/items/{item.json()['code']}"
    assert [owner.get(other).status_code, owner.ask("DELETE", other).status_code] == [404, 404]


def test_a_customer_is_let_in_once_with_a_link_of_sixty_seconds(world, ops):
    path = f"/accounts/{world.mine.account}/sso"
    link = ops.ask("POST", path, {"email": world.owner})
    assert link.status_code == 201
    address = link.json()["url"].removeprefix(world.origin)
    browser = world.visitor()
    entered = browser.get(address)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert browser.get(f"/cards/{world.mine.id}/install").status_code == 200
    again = world.visitor().get(address)
    assert again.status_code == 410
    assert "Ce lien n’est plus valable" in again.text


def test_such_a_link_asks_for_no_one_time_code_and_the_page_says_so(world, ops):
    secret, now_ms = totp.new_secret(), world.clock.now_ms
    with world.directory.write() as conn:
        id = users.by_email(conn, world.owner).id
        assert totp.turn_on(conn, id, secret, totp.code_at(secret, now_ms // totp.STEP_MS), now_ms)
    made = ops.ask("POST", f"/accounts/{world.mine.account}/sso", {"email": world.owner}).json()
    browser = world.visitor()
    assert browser.get(made["url"].removeprefix(world.origin)).status_code == 303
    assert "Venir du site de vos cartes n’en demande pas" in unescape(browser.get("/you").text)


def test_a_link_that_has_run_out_lets_nobody_in(world, ops):
    made = ops.ask("POST", f"/accounts/{world.mine.account}/sso", {"email": world.owner}).json()
    world.clock.now_ms += 60_000
    assert world.visitor().get(made["url"].removeprefix(world.origin)).status_code == 410


@pytest.mark.parametrize("email", ["paul@garage.example", "nobody@example.fr", "ops@balise.test"])
def test_only_users_of_the_account_are_let_in(world, ops, email):
    refused = ops.ask("POST", f"/accounts/{world.mine.account}/sso", {"email": email})
    assert refused.status_code == 400
    assert email in refused.json()["detail"]


def test_whose_key_did_what_is_in_the_audit_trail(world, ops, account):
    with world.directory.read() as conn:
        rows = [(each.action, each.subject) for each in conn.execute(trail.select())]
        actors = {each.actor for each in conn.execute(trail.select())}
    assert rows == [("account.create", account)]
    assert all(actor.startswith("key:") for actor in actors)


def test_long_lists_come_in_pages(ops):
    names = {ops.ask("POST", "/accounts", NEW_ACCOUNT).json()["id"] for _ in range(5)}
    seen, after = set(), ""
    while after is not None:
        page = ops.get("/accounts", limit=2, after=after).json()
        assert len(page["items"]) <= 2
        seen |= {each["id"] for each in page["items"]}
        after = page["next"]
    assert names < seen
