"""Nobody learns of anyone else's: every route, foreign id and role; and tiers that change."""

import re
from datetime import date

import pytest
from sqlalchemy import update
from starlette.routing import Route

from dashboard.access import Decision, decide
from dashboard.api.operations import OPERATIONS
from dashboard.app import ROUTES
from schema.directory import annotations, export_jobs, items, keys, shared_links, users
from schema.directory.tables import accounts
from schema.tiers import TIERS

TODAY = date(2026, 11, 20)
NEVER = {"card": "aaaaaaaa", "account": "aaaaaaaaaa", "code": "aaaaaaaa", "export": "aaaaaaaaaaaa"}
PAGES = [
    (method, route.path, route.name)
    for route in ROUTES
    if isinstance(route, Route)
    for method in sorted((route.methods or set()) - {"HEAD"})
]
IDS = ("{card}", "{account}", "{export}")
NAMED = [each for each in PAGES if any(id in each[1] for id in IDS)]
ROLES = ("signed_out", "owner", "viewer")


@pytest.fixture
def theirs(world):
    """What belongs to the stranger, of every kind that an id can name."""
    now_ms, card, account = world.clock.now_ms, world.foreign.id, world.foreign.account
    with world.directory.write() as conn:
        # So that a refusal is about whose it is, and not about what either has bought.
        conn.execute(update(accounts).values(tier="multi_cartes"))
        item = items.create(conn, card=card, medium="qr", label="secret", now_ms=now_ms)
        note = annotations.create(conn, card=card, day=TODAY, text="secret", now_ms=now_ms)
        link, _ = shared_links.create(
            conn, card=card, label="secret", password=None, expires_ms=None, now_ms=now_ms
        )
        key, _ = keys.create(conn, scope="account", account=account, label="s", now_ms=now_ms)
        user = users.by_email(conn, world.stranger)
        job = export_jobs.ask(
            conn,
            account=account,
            card=None,
            tier="multi_cartes",
            route="export_cards_pdf",
            kind="pdf",
            query={},
            locale="fr",
            now_ms=now_ms,
        )
    world.store_events(world.event(world.foreign, "2026-11-20T10:00:00+01:00", visitor=1))
    return {
        **{"card": card, "account": account, "code": item.code, "item": item.code},
        **{"note": note.id, "link": link.id, "key": key.id, "user": user.id, "export": job.id},
    }


def asked(visitor, method, path):
    answer = visitor.ask(method, path, data={} if method == "POST" else None)
    told = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status_code, told, answer.content


def masked(answer, path):
    """Without the address, to which signing in or sending once more leads back."""
    status, headers, body = answer
    quoted = path.replace("/", "%2F")
    told = {name: text.replace(quoted, "") for name, text in headers.items()}
    del told["content-length"]
    return status, told, body.replace(path.encode(), b"")


@pytest.mark.parametrize("role", ROLES)
def test_a_foreign_card_is_on_every_page_what_a_card_that_never_was_is(world, theirs, role):
    email = {"owner": world.owner, "viewer": world.viewer}.get(role)
    visitor = world.visitor(email)
    for method, path, name in NAMED:
        own = path.format(**theirs)
        never = path.format(**NEVER)
        found = asked(visitor, method, own)
        allowed = decide(role, "multi_cartes", name) is Decision.ALLOW
        closed = (401 if method == "POST" else 303) if role == "signed_out" else 403
        assert found[0] == (404 if allowed else closed), path
        assert masked(found, own) == masked(asked(visitor, method, never), never), path


def test_a_foreign_account_or_card_is_for_every_key_what_never_was(world, theirs):
    with world.directory.write() as conn:
        _, secret = keys.create(
            conn, scope="account", account=world.mine.account, label="x", now_ms=1
        )
    visitor, key = world.visitor(), {"Authorization": f"Bearer {secret}"}
    for each in OPERATIONS:
        if "{" not in each.path:
            continue
        own, never = (
            visitor.ask(each.method, "/api/v1" + each.path.format(**ids), headers=key)
            for ids in (theirs, NEVER)
        )
        assert own.status_code == never.status_code == 404, each.path
        assert own.content == never.content


@pytest.mark.parametrize("named", ["account", "group", "card", "code", "note", "item"])
def test_a_foreign_id_in_an_address_changes_nothing(world, theirs, named):
    visitor = world.visitor(world.owner)
    for path in ("/", "/cards", "/cards/export.csv", f"/cards/{world.mine.id}", "/team", "/keys"):
        for value in (theirs.get(named, "x"), NEVER.get(named, "aaaaaaaa")):
            body = visitor.get(f"{path}?{named}={value}").text.replace(value, "")
            assert "Paul" not in body
            assert "Hoarau" not in body


def test_a_foreign_id_in_a_form_is_what_never_was_and_changes_nothing(world, theirs):
    visitor, own = world.visitor(world.owner), f"/cards/{world.mine.id}"
    for path, field in (
        (f"{own}/notes/delete", "note"),
        (f"{own}/items/revoke", "code"),
        (f"{own}/share/revoke", "link"),
        ("/keys/delete", "key"),
        ("/team/remove", "user"),
        ("/you/sessions", "session"),
    ):
        foreign = visitor.post(path, {field: theirs.get(field, "aaaaaaaa")})
        never = visitor.post(path, {field: "aaaaaaaa"})
        assert (foreign.status_code, foreign.text) == (never.status_code, never.text), path
    visitor.post("/cards/groups", {"name": "Both", f"card-{theirs['card']}": "on"})
    assert "Hoarau" not in visitor.get("/cards?group=Both").text
    with world.directory.read() as conn:
        assert items.get(conn, theirs["code"]).revoked_ms is None
        assert users.by_email(conn, world.stranger) is not None
        assert len(annotations.of_cards(conn, [theirs["card"]], TODAY, TODAY)) == 1
        assert [each.id for each in shared_links.of_card(conn, theirs["card"])] == [theirs["link"]]


def test_a_downgrade_hides_and_an_upgrade_brings_the_same_figures_back(world):
    for n in range(6):
        world.store_events(
            world.event(
                world.mine, f"2026-11-1{n}T10:00:00+01:00", visitor=n, source="qr", device="mobile"
            )
        )
    visitor, path = world.visitor(world.owner), f"/cards/{world.mine.id}"
    seen: dict[str, tuple] = {}
    for tier in (*TIERS, *reversed(TIERS)):
        with world.directory.write() as conn:
            mine = accounts.c.id == world.mine.account
            conn.execute(update(accounts).where(mine).values(tier=tier))
        page = visitor.get(path)
        files = [visitor.get(f"{path}/export.{kind}") for kind in ("csv", "pdf", "xlsx")]
        told = (page.text, [each.status_code for each in files], files[0].text)
        assert seen.setdefault(tier, told) == told
        for first, anchor, part in (
            ("premium", "sources", "Sources"),
            ("force_de_vente", "devices", "Appareils"),
        ):
            panel = f'<section class="panel part" id="{anchor}">\n  <h2>{part}</h2>'
            assert (panel in page.text) == (TIERS.index(tier) >= TIERS.index(first)), tier
    assert len({text for text, *_ in seen.values()}) == len(TIERS)


def test_every_page_that_names_something_is_asked_for_here_or_opened_by_a_secret():
    others = {path for _, path, _ in PAGES if "{" in path} - {path for _, path, _ in NAMED}
    assert {re.findall("{(.*?)}", path)[0] for path in others} == {"token"}
