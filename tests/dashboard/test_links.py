"""Nothing is reachable only by typing its address: a walk from the front door, as each role."""

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.routing import Match

from dashboard.access import Decision, decide
from dashboard.app import ROUTES
from schema.directory import accounts, export_jobs

# What no page links to: what a page's own script asks for, and what a mail or a message leads to.
BY_SCRIPT = {"figures", "live", "install_check"}
BY_MESSAGE = {"sso", "reset_choose", "invited", "alerts_off", "shared", "shared_frame"}


_HREF = re.compile(r'href="([^"]+)"')


def route_of(path):
    """Nothing for an example on the page of the design."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
    return next((r.name for r in ROUTES if r.matches(scope)[0] is Match.FULL), "")


def walk(visitor, first):
    """The names of all routes that links lead to; the first address of each is followed."""
    waiting, seen = [first], {""}
    while waiting:
        address = waiting.pop(0)
        name = route_of(urlsplit(address).path)
        if name in seen:
            continue
        seen.add(name)
        answer = visitor.get(address)
        if answer.is_redirect:
            waiting.append(urlsplit(answer.headers["location"]).path)
        if answer.headers.get("content-type", "").startswith("text/html"):
            links = [urljoin(address, unescape(each)) for each in _HREF.findall(answer.text)]
            waiting += [each.partition("#")[0] for each in links if _is_page(each)]
    return seen


def _is_page(address):
    return address.startswith("/") and not address.startswith(("/static", "/objection", "/api"))


@pytest.mark.parametrize("role", ["owner", "viewer", "ops"])
def test_every_page_that_is_open_to_someone_is_linked_to(world, role):
    with world.directory.write() as conn:
        accounts.change(conn, world.mine.account, tier="multi_cartes")
    marie = world.visitor(world.owner)
    marie.post(f"/cards/{world.second.id}/items", {"label": "Salon", "medium": "qr"})
    _have_a_file(world, None if role == "ops" else "multi_cartes")
    found = walk(world.visitor(getattr(world, role)), "/") | walk(world.visitor(), "/login")
    asked_by_get = {each.name for each in ROUTES if "GET" in (getattr(each, "methods", None) or ())}
    tier = None if role == "ops" else "multi_cartes"
    open_to_them = {each for each in asked_by_get if decide(role, tier, each) is Decision.ALLOW}
    assert open_to_them - found == BY_SCRIPT | BY_MESSAGE


def _have_a_file(world, tier):
    with world.directory.write() as conn:
        job = export_jobs.ask(
            conn,
            account=world.mine.account,
            card=None,
            tier=tier,
            route="export_cards_pdf",
            kind="pdf",
            query={},
            locale="fr",
            now_ms=world.clock.now_ms,
        )
        export_jobs.finish(conn, job.id, name="a.pdf", now_ms=world.clock.now_ms)
