"""Every page in a real browser: widths, light and dark, axe, keyboard, large text, no script."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update
from starlette.applications import Starlette

from dashboard.exports.exporter import Exporter
from dashboard.site import DemoLogin
from schema.directory import audit, backfills, export_jobs, shared_links, totp
from schema.directory.tables import accounts
from schema.testing.axe import violations

PHONE, TABLET, DESKTOP = 320, 768, 1440
WIDTHS = (PHONE, TABLET, DESKTOP)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
EVERYONE = ("/login", "/reset", "/definitions", "/nothing-here", "/s/nothing")
OWNERS = (
    *("/", "/cards", "/cards?by=hour&source=qr&from=2026-11-01&to=x", "/team", "/keys", "/you"),
    *("/you/codes", "/cards/{card}", "/cards/{card}?period=90&source=qr&country=FR"),
    *("/cards/{card}?city=FR|Bretagne|Brest&from=2026-11-09&to=2026-11-01", "/cards/{card}/items"),
    *(
        "/account",
        "/exports",
        "/cards/{card}/share",
        "/cards/{card}/settings",
        "/cards/{card}/install",
    ),
)
OPERATORS = (
    *("/ops", "/ops/accounts", "/ops/accounts/{account}", "/ops/rules", "/ops/backfill"),
    *("/ops/quarantine", "/ops/trail", "/design"),
)
TIERS_BELOW = ("essentiel", "premium", "force_de_vente")
LETTERS = "size => { document.documentElement.style.fontSize = size }"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

WIDEST = """() => [...document.querySelectorAll("main *, header *, footer *")]
    .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""

TORN = """() => [...document.querySelectorAll("main :is(th, td, p, dt, dd)")]
    .filter(e => e.checkVisibility() && !e.closest(".ranked thead"))
    .filter(e => e.clientHeight > 4 * e.clientWidth)
    .slice(0, 3).map(e => e.textContent.trim().slice(0, 40))"""
"""A column so narrow that its words stand letter below letter."""

SPILT = """() => [...document.querySelectorAll(":is(.panel, .tile, .choice) *")]
    .filter(e => e.checkVisibility() && !e.closest(".scroll, .wide, .unseen, svg, thead, .label"))
    .filter(e => e.getBoundingClientRect().right - 1
        > e.parentElement.closest(".panel, .tile, .choice").getBoundingClientRect().right)
    .slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
"""What sticks out of the box that it stands in."""

OUT_OF_REACH = """() => [...document.querySelectorAll(
        "a, button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
    .filter(e => e.checkVisibility() && !e.disabled)
    .filter(e => {
        e.focus();
        const { outlineStyle, boxShadow } = getComputedStyle(e);
        const seen = outlineStyle !== "none" || boxShadow !== "none";
        return document.activeElement !== e || e.tabIndex !== 0 || !seen;
    })
    .map(e => e.outerHTML.slice(0, 120))"""
"""What can be pressed or filled in and keys come to out of turn, or not, or without being seen."""

NEEDS_SCRIPTS = """() => [...document.querySelectorAll("main :is([hidden], button, a)")]
    .filter(e => !e.matches("#live, #away, #ended, .copy, #waiting"))
    .filter(e => e.hidden ? e.textContent.trim() : !e.form && !e.href)
    .map(e => e.outerHTML.slice(0, 120))"""
"""What is hidden until a script shows it, and what can be pressed and does nothing by itself; but
for what is said of live figures and of a trial visit that comes, and the buttons that copy."""


@pytest.fixture(scope="module")
def app(full) -> Starlette:
    """The sign-in page of a demo has more on it than that of an installation."""
    return full.app(demo_logins=[DemoLogin("multi-cartes@demo.example", "x", "Multi-Cartes")])


@pytest.fixture(scope="module")
def site(app, serve) -> Iterator[str]:
    with serve(app) as address:
        yield address


@pytest.fixture
def exporter(app) -> Exporter:
    """Makes files when it is told to."""
    return app.state.site.exporter


class Tab:
    """A page that remembers what it told its console and where it sent requests."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self._site = page, site
        self.told: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.told.append(str(error)))
        page.on("request", self._sent)

    def _said(self, message) -> None:
        # A hint of the browser's own, about every form that has a password and no e-mail.
        if not message.text.startswith("[DOM] Password forms"):
            self.told.append(message.text)

    def _sent(self, request) -> None:
        if not request.url.startswith((self._site, "data:")):
            self.told.append(f"leaves the origin: {request.url}")

    def open(self, path: str) -> None:
        self.page.goto(self._site + path)


@pytest.fixture
def open_tab(browser, full, site):
    """A tab of someone who is signed in, or of nobody."""
    contexts = []

    def open_tab(email: str | None, **given) -> Tab:
        context = browser.new_context(**{"locale": "fr-FR", "reduced_motion": "reduce"} | given)
        contexts.append(context)
        if email:
            cookies = full.visitor(email).cookies
            context.add_cookies(
                [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
            )
        return Tab(context.new_page(), site)

    yield open_tab
    for context in contexts:
        context.close()


def paths(world, email):
    found = {None: EVERYONE, world.owner: OWNERS, world.ops: OPERATORS}[email]
    return [path.format(card=world.mine.id, account=world.mine.account) for path in found]


def wrong_with(tab: Tab, path: str) -> list[str]:
    """At every width in light and in dark, and in large letters, of the page as it was loaded."""
    found = []
    for width in WIDTHS:
        found += ill_fitting(tab, path, width)
        for scheme in SCHEMES:
            tab.page.emulate_media(color_scheme=scheme)
            told = violations(tab.page)
            found += [f"{path} at {width} in {scheme}: {each}" for each in told]
    tab.page.evaluate(LETTERS, "200%")
    for width in (PHONE, TABLET):
        found += ill_fitting(tab, f"{path} in letters twice as large", width)
    tab.page.evaluate(LETTERS, "")
    return found


def ill_fitting(tab: Tab, path: str, width: int) -> list[str]:
    tab.page.set_viewport_size({"width": width, "height": 900})
    found = []
    if over := tab.page.evaluate(WIDER):
        found.append(f"{path}: {over} px too wide at {width}: {tab.page.evaluate(WIDEST)}")
    if torn := tab.page.evaluate(TORN):
        found.append(f"{path}: torn at {width}: {torn}")
    if spilt := tab.page.evaluate(SPILT):
        found.append(f"{path}: out of its box at {width}: {spilt}")
    return found


def everything(world):
    """Every page by who looks at it."""
    guests, owners, ops = (paths(world, email) for email in (None, world.owner, world.ops))
    return {None: [*guests, *shared_paths(world)], world.owner: owners, world.ops: ops}


@pytest.mark.parametrize("who", ["nobody", "owner", "ops"])
def test_every_page_is_for_everyone_at_every_width_in_light_and_dark_large_and_by_keys(
    full, open_tab, who
):
    email = {"nobody": None, "owner": full.owner, "ops": full.ops}[who]
    tab = open_tab(email)
    found = []
    for path in paths(full, email):
        tab.open(path)
        found += wrong_with(tab, path)
        tab.page.keyboard.press("Tab")  # from now on the browser shows where keys are
        found += [f"{path} by keys: {each}" for each in tab.page.evaluate(OUT_OF_REACH)]
    assert found == []
    # A page that is not there says so in the console by itself: that is the browser's word.
    assert [each for each in tab.told if "404 (Not Found)" not in each] == []


@pytest.mark.parametrize("tier", TIERS_BELOW)
def test_the_page_of_every_tier_is_for_everyone(full, open_tab, tier):
    _set_tier(full, tier)
    try:
        tab = open_tab(full.owner, viewport={"width": PHONE, "height": 900})
        tab.open(f"/cards/{full.mine.id}")
        assert wrong_with(tab, tier) == []
    finally:
        _set_tier(full, "multi_cartes")
    assert tab.told == []


def _set_tier(world, tier):
    with world.directory.write() as conn:
        mine = accounts.c.id == world.mine.account
        conn.execute(update(accounts).where(mine).values(tier=tier))


def test_a_shared_card_is_for_everyone_too(full, open_tab):
    tab = open_tab(None, viewport={"width": PHONE, "height": 900})
    for path in shared_paths(full):
        tab.open(path)
        assert wrong_with(tab, path) == []
    assert tab.told == []


def shared_paths(world):
    """The card as whoever has a link sees it, and in a frame."""
    given = {"label": "x", "password": None, "expires_ms": None, "now_ms": world.clock.now_ms}
    with world.directory.write() as conn:
        _, token = shared_links.create(conn, card=world.mine.id, **given)
    return [f"/s/{token}", f"/s/{token}/frame"]


def test_a_file_that_is_made_shows_how_far_it_is_and_then_itself(full, open_tab, exporter):
    job = _ask_for_a_file(full)
    tab = open_tab(full.owner)
    for path in (f"/exports/{job.id}", "/exports"):
        tab.open(path)
        expect(tab.page.get_by_role("progressbar")).to_be_visible()
        assert wrong_with(tab, path) == []
    tab.page.evaluate("window.isTheSame = true")
    exporter.make_all()
    take = tab.page.get_by_role("link", name="Prendre le fichier Excel").first
    expect(take).to_be_visible()
    assert tab.page.evaluate("window.isTheSame")  # it was not loaded again
    for path in ("/exports", f"/exports/{job.id}"):
        tab.open(path)
        expect(take).to_be_visible()
        assert wrong_with(tab, path) == []
    with tab.page.expect_download() as taken:
        take.click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    assert tab.told == []


def _ask_for_a_file(world):
    with world.directory.write() as conn:
        return export_jobs.ask(
            conn,
            account=world.mine.account,
            card=None,
            tier="multi_cartes",
            route="export_cards_xlsx",
            kind="xlsx",
            query={"period": "7"},
            locale="fr",
            now_ms=world.clock.now_ms,
        )


def test_a_lost_phone_locks_nobody_out(full, open_tab):
    tab = open_tab(full.viewer, viewport={"width": PHONE, "height": 900})
    page = tab.page
    tab.open("/you/codes")
    secret = totp.read(page.locator("[name=secret]").get_attribute("value"))
    page.get_by_label("Code").fill(totp.code_at(secret, full.clock.now_ms // totp.STEP_MS))
    page.get_by_label("Mot de passe actuel").fill(full.password)
    page.get_by_role("button", name="Activer").click()
    code = page.locator(".spare code").first.inner_text()
    assert wrong_with(tab, "codes") == []
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_label("E-mail").fill(full.viewer)
    page.get_by_label("Mot de passe").fill(full.password)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_text("Téléphone perdu").click()
    assert wrong_with(tab, "lost") == []
    page.get_by_label("Code de secours").fill(code)
    page.get_by_role("button", name="Continuer").last.click()
    expect(page.get_by_text("9 codes de secours")).to_be_visible()
    assert wrong_with(tab, "found") == []
    page.get_by_label("Mot de passe actuel").last.fill(full.password)
    page.get_by_role("button", name="Désactiver").click()
    expect(page.get_by_role("link", name="Activer")).to_be_visible()
    assert tab.told == []


def test_days_that_ops_have_computed_again_show_themselves(full, open_tab):
    tab = open_tab(full.ops, viewport={"width": PHONE, "height": 900})
    with full.directory.write() as conn:
        days = {"first": date(2026, 11, 1), "last": date(2026, 11, 2), "cards": ()}
        asked = backfills.ask(conn, **days, actor="user:u1", now_ms=full.clock.now_ms)
    tab.open("/ops/backfill")
    assert wrong_with(tab, "waits") == []
    found = backfills.Difference({"views": 1_200}, {"views": 1_300}, 4, 1)
    with full.directory.write() as conn:
        backfills.compared(conn, asked.id, found)
    expect(tab.page.get_by_role("button", name="Les recalculer")).to_be_visible()
    assert wrong_with(tab, "compared") == []
    tab.page.get_by_role("button", name="Les recalculer").click()
    expect(tab.page.get_by_role("progressbar")).to_be_visible()
    with full.directory.write() as conn:
        backfills.finish(conn, asked.id, error="The card is gone.", now_ms=full.clock.now_ms)
    expect(tab.page.get_by_text("The card is gone.").first).to_be_visible()
    assert wrong_with(tab, "ended") == []
    assert tab.told == []


def test_the_audit_trail_needs_no_sideways_scrolling_on_a_phone(full, open_tab):
    with full.directory.write() as conn:
        audit.record(
            conn,
            actor="user:u1",
            action="account.change",
            subject=f"{full.mine.account} multi_cartes",
            now_ms=full.clock.now_ms,
        )
    tab = open_tab(full.ops, viewport={"width": PHONE, "height": 900})
    tab.open("/ops/trail")
    hidden = "e => e.scrollWidth - e.clientWidth"
    assert tab.page.locator(".lines").evaluate(hidden) == 0


def test_without_scripts_every_page_of_guests_owners_and_ops_has_its_content(full, open_tab):
    without = []
    for email, some in everything(full).items():
        tab = open_tab(email, java_script_enabled=False)
        for path in some:
            tab.open(path)
            expect(tab.page.locator("main :is(h1, .headline)").first).to_be_visible()
            if path != "/design":  # whose buttons are there to be looked at
                without += [f"{path}: {each}" for each in tab.page.evaluate(NEEDS_SCRIPTS)]
    assert without == []


def test_without_scripts_everything_but_live_works(full, open_tab):
    tab = open_tab(full.owner, java_script_enabled=False)
    page = tab.page
    tab.open(f"/cards/{full.mine.id}")
    page.get_by_role("navigation", name="Période").get_by_role("link", name="7 jours").click()
    assert "period=7" in page.url
    page.get_by_role("link", name="QR code", exact=True).first.click()
    assert "source=qr" in page.url
    expect(page.locator(".chips")).to_contain_text("QR code")
    page.locator("[data-chart=series] summary").click()
    expect(page.locator("[data-chart=series] tbody tr")).to_have_count(7)
    page.locator("details.other-days summary").click()
    page.get_by_label("Du").fill("2026-11-20")
    page.get_by_label("Au", exact=True).fill("2026-11-01")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator("#to-error")).to_be_visible()
    assert "source=qr" in page.url


def test_a_keyboard_is_enough_from_signing_in_to_a_filtered_page(full, open_tab):
    tab = open_tab(None, viewport={"width": DESKTOP, "height": 900})
    page, keys = tab.page, tab.page.keyboard
    tab.open("/login")
    page.locator("#email").focus()
    keys.type(full.owner)
    keys.press("Tab")
    keys.type(full.password)
    keys.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    tab.open(f"/cards/{full.mine.id}")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    _walk(page, lambda: page.evaluate("document.activeElement.textContent").strip() == "7 jours")
    keys.press("Enter")
    page.wait_for_url("**period=7**")


def _walk(page, found):
    """With Tab until it is found; whatever has the focus must be seen to have it."""
    for _ in range(40):
        page.keyboard.press("Tab")
        shown = page.evaluate(
            "(e => getComputedStyle(e).outlineStyle + getComputedStyle(e).boxShadow)"
            "(document.activeElement)"
        )
        assert shown != "nonenone", page.evaluate("document.activeElement.outerHTML")
        if found():
            return
    raise AssertionError("It was not reached in 40 steps.")
