"""As a new user would: the demo server, the owner's page in one tab, a scanned card in another."""

import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from balise.demo.people import PASSWORD, USERS, DemoUser
from schema.testing.server import RunningServer, running

CARD = "mKerouan"
LOGIN = "essentiel@demo.example"
VISIBLE_WITHIN_MS = 2_000
ADDRESS = "203.0.113.77"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
"""A headless browser says that it is one, and is rightly not counted."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    data = tmp_path_factory.mktemp("demo") / "var"
    with running(data, "serve", "--demo", trusted_proxies="127.0.0.1") as server:
        yield server


@pytest.fixture
def owner(browser: Browser, server: RunningServer) -> Iterator[Page]:
    with browser.new_context(locale="fr-FR") as context:
        yield sign_in(context, server, LOGIN)


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(
        locale="fr-FR", user_agent=PHONE, viewport={"width": 390, "height": 844}, has_touch=True
    ) as context:
        yield context


def sign_in(context: BrowserContext, server: RunningServer, email: str) -> Page:
    page = context.new_page()
    page.goto(f"{server.origin}/login")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    return page


def total(page: Page, label: str) -> int:
    text = page.locator(f"[data-live={label}]").inner_text()
    return int(re.sub(r"\D", "", text))


def at_least(page: Page, label: str, number: int) -> None:
    """The demo's own gentle stream may add to the figure, never take away from it."""
    page.wait_for_function(
        "([label, number]) => Number(document.querySelector(`[data-live=${label}]`)"
        ".textContent.replace(/\\D/g, '')) >= number",
        arg=[label, number],
        timeout=VISIBLE_WITHIN_MS,
    )


def test_a_scan_shows_on_the_owners_page_within_two_seconds(
    owner: Page, visitor: BrowserContext, server: RunningServer
) -> None:
    before = total(owner, "views")
    visitor.new_page().goto(f"{server.origin}/c/{CARD}?src=qr")
    at_least(owner, "views", before + 1)


def test_a_tap_on_the_phone_number_shows_on_the_owners_page_within_two_seconds(
    owner: Page, visitor: BrowserContext, server: RunningServer
) -> None:
    before = total(owner, "contact_clicks")
    card = visitor.new_page()
    card.goto(f"{server.origin}/c/{CARD}?src=nfc")
    card.get_by_role("link", name="Appeler").click()
    at_least(owner, "contact_clicks", before + 1)


def test_a_printed_code_leads_to_the_card_and_is_counted_under_its_item(
    owner: Page, visitor: BrowserContext, server: RunningServer
) -> None:
    before = total(owner, "views")
    card = visitor.new_page()
    card.goto(f"{server.origin}/q/NKerouan")
    card.wait_for_url(f"{server.origin}/c/{CARD}")  # the marks leave the address
    at_least(owner, "views", before + 1)
    asked = server.run(
        "sql",
        "--json",
        "SELECT DISTINCT medium FROM events WHERE item = 'NKerouan' AND class = 'human'",
    )
    assert asked.stdout == '[{"medium":"nfc"}]\n', asked.stderr


def test_one_click_from_the_notice_and_nothing_leaves_the_browser_any_more(
    visitor: BrowserContext, server: RunningServer
) -> None:
    card = visitor.new_page()
    card.goto(f"{server.origin}/c/{CARD}")
    card.get_by_role("link", name="Ce que cette carte compte").click()
    card.get_by_role("link", name="Ne pas être compté").click()
    card.get_by_role("button", name="Ne plus me compter").click()
    card.wait_for_url(f"{server.origin}/c/{CARD}")
    expect(card.get_by_role("status")).to_contain_text("cette carte ne vous compte pas")
    sent: list[str] = []
    visitor.on("request", lambda request: sent.append(request.url))
    card.get_by_role("link", name="Appeler").click()
    card.reload()
    card.get_by_role("link", name="Appeler").click()
    card.goto(f"{server.origin}/c/")
    assert [url for url in sent if "/api/track" in url] == []
    assert visitor.cookies() == []


@pytest.mark.parametrize("login", USERS, ids=lambda user: user.email)
def test_every_demo_login_opens(browser: Browser, server: RunningServer, login: DemoUser) -> None:
    with browser.new_context(locale="fr-FR") as context:
        page = sign_in(context, server, login.email)
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_an_owner_cannot_open_the_card_of_another_account(
    owner: Page, server: RunningServer
) -> None:
    answer = owner.goto(f"{server.origin}/cards/sDelmas1")
    assert answer is not None
    assert answer.status == 404


def test_commands_reach_the_store_of_the_running_server(server: RunningServer) -> None:
    asked = server.run("sql", "--json", "SELECT count() > 190000 AS many FROM events")
    assert (asked.returncode, asked.stdout) == (0, '[{"many":1}]\n'), asked.stderr


def test_no_file_holds_the_full_address_of_a_visitor(
    owner: Page, visitor: BrowserContext, server: RunningServer
) -> None:
    before = total(owner, "views")
    visitor.set_extra_http_headers({"X-Forwarded-For": ADDRESS})
    visitor.new_page().goto(f"{server.origin}/c/{CARD}")
    at_least(owner, "views", before + 1)
    files = [path for path in server.data.rglob("*") if path.is_file()]
    assert any(CARD.encode() in path.read_bytes() for path in files)
    assert [path for path in (*files, server.log) if ADDRESS.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("path", ["/cards/mKerouan/", "/c/mKerouan/", "/login/"])
def test_a_forged_host_leads_nowhere(server: RunningServer, path: str) -> None:
    request = urllib.request.Request(server.origin + path, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 404
    refused.value.close()


def test_the_gallery_is_found_without_its_slash(
    visitor: BrowserContext, server: RunningServer
) -> None:
    page = visitor.new_page()
    page.goto(f"{server.origin}/c")
    assert page.url == f"{server.origin}/c/"
