"""The page in a real browser: it moves by itself, fits a phone, and works without scripts."""

from time import monotonic

import pytest
from playwright.sync_api import expect

from schema.directory import users

SIZES = ((320, 640), (768, 1024), (1440, 900))
MOVED_WITHIN_MS = 2000


@pytest.fixture
def page(world, browser, address):
    """Signed in, on the page of the card, on a phone. What the console says is kept."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-FR")
    page = context.new_page()
    page.console = []
    page.on("console", lambda message: page.console.append(message.text))
    page.on("pageerror", lambda error: page.console.append(str(error)))
    sign_in(page, world, address)
    page.goto(f"{address}/cards/{world.mine.id}")
    yield page
    context.close()


def sign_in(page, world, address):
    page.goto(f"{address}/login")
    page.fill("#email", world.owner)
    page.fill("#password", world.password)
    page.click("form.panel button")


def headline(page):
    return page.inner_text("[data-live=headline]").replace("\N{NO-BREAK SPACE}", " ")


def test_a_new_view_is_on_the_page_within_two_seconds(world, page):
    page.wait_for_selector("#live:visible")
    assert headline(page) == "Pas encore de vue aujourd’hui."
    live_region = page.query_selector("[data-live=headline]")

    world.store_events(world.event(world.mine, "2026-11-20T18:29:30+01:00"))
    stored = monotonic()
    expect(page.locator("[data-live=views]")).to_have_text("1")
    assert (monotonic() - stored) * 1000 < MOVED_WITHIN_MS
    assert headline(page) == "1 vue aujourd’hui, pas encore de clic."
    assert page.evaluate("node => node.isConnected", live_region), "a live region must stay"

    world.store_events(
        world.event(world.mine, "2026-11-20T18:29:31+01:00", name="click", target="website")
    )
    page.wait_for_selector("text=Site web")
    assert page.console == []


def test_the_focus_stays_where_it_was_when_figures_move(world, page):
    page.focus("text=Vues")
    world.store_events(world.event(world.mine, "2026-11-20T18:29:30+01:00"))
    expect(page.locator("[data-live=views]")).to_have_text("1")
    assert page.evaluate("document.activeElement.innerText") == "Vues"


def test_a_link_to_refresh_that_has_the_focus_does_not_vanish_under_the_keys(world, page):
    page.wait_for_selector("#live:visible")
    page.context.set_offline(True)
    page.wait_for_selector("#reload:visible", timeout=10_000)
    page.focus("#reload")
    page.context.set_offline(False)
    page.wait_for_selector("#live:visible", timeout=5_000)
    assert page.evaluate("document.activeElement.id") == "reload"


def test_a_session_that_ends_is_told_and_the_asking_stops(world, page):
    page.wait_for_selector("#live:visible")
    with world.directory.write() as conn:
        users.delete(conn, users.by_email(conn, world.owner).id)
    page.wait_for_selector("text=Votre session est terminée.")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(1500)
    assert asked == []
    page.click("text=Se reconnecter")
    assert page.input_value("[name=next]") == f"/cards/{world.mine.id}"


def test_a_lost_connection_is_told_and_heals_by_itself(world, page):
    page.wait_for_selector("#live:visible")
    page.context.set_offline(True)
    page.wait_for_selector("text=La connexion est coupée.", timeout=10_000)
    page.context.set_offline(False)
    page.wait_for_selector("#live:visible", timeout=5_000)
    assert page.is_hidden("#away")


def test_a_hidden_page_asks_nothing(page):
    page.wait_for_selector("#live:visible")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => true});"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.wait_for_timeout(1500)
    assert len(asked) <= 1, "one may have been on its way"


def test_without_scripts_the_page_shows_the_figures_and_a_way_to_refresh(world, browser, address):
    world.store_events(world.event(world.mine, "2026-11-20T18:20:00+01:00"))
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, world, address)
    page.click("text=Marie Moreau")
    assert headline(page) == "1 vue aujourd’hui, pas encore de clic."
    world.store_events(world.event(world.mine, "2026-11-20T18:21:00+01:00"))
    page.click("text=Actualiser")
    assert headline(page) == "2 vues aujourd’hui, pas encore de clic."
    context.close()


# WCAG's contrast of a text against the nearest background behind it, computed in the page.
FAINT_TEXTS = """() => {
  const part = v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = c => .2126 * part(c[0]) + .7152 * part(c[1]) + .0722 * part(c[2]);
  const rgba = s => s.match(/[\\d.]+/g).map(Number);
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return rgba(getComputedStyle(document.body).backgroundColor);
  };
  const faint = [];
  for (const node of document.querySelectorAll('main *, header *, footer *')) {
    if (![...node.childNodes].some(c => c.nodeType === 3 && c.data.trim())) continue;
    if (!node.checkVisibility() || node.closest('.unseen, svg')) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) faint.push([node.innerText, ratio]);
  }
  return faint;
}"""

SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden])')]
  .filter(node => node.checkVisibility() && !node.matches('.skip'))
  .map(node => [node.innerText || node.name, node.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([name, box]) => [name, box.width, box.height])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_can_be_read_and_can_be_tapped(
    world, hostile_card, browser, address, scheme
):
    events = [
        world.event(world.mine, "2026-11-20T18:00:00+01:00", name="click", target=target)
        for target in ("phone", "vcard", "booking", "linkedin", "website")
    ]
    world.store_events(*events)
    for width, height in SIZES:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="fr-FR"
        )
        page = context.new_page()
        page.goto(f"{address}/login")
        check(page)
        sign_in(page, world, address)
        own = f"/cards/{world.mine.id}"
        paths = ("/", "/definitions", "/nowhere", own, f"{own}/install")
        for path in (*paths, f"/cards/{hostile_card.id}"):
            page.goto(address + path)
            check(page)
            # At 200 % text, nothing may need a second direction of scrolling either.
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert not overflows(page), (path, width, "200 %")
        context.close()


def check(page):
    where = (page.url, page.viewport_size)
    assert not overflows(page), where
    assert page.evaluate(FAINT_TEXTS) == [], where
    assert page.evaluate(SMALL_TARGETS) == [], where
    assert page.eval_on_selector("html", "node => node.lang") == "fr"
    assert page.locator("main").count() == page.locator("h1").count() == 1


def overflows(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


NEWLY_MET = """() => {
    const control = document.activeElement
    if (control === document.body || control.dataset.met) return false
    return control.dataset.met = true
}"""


def test_every_control_can_be_reached_by_keyboard_and_shows_it(page):
    seen = []
    # Each control is met once; several may bear the same words.
    while page.keyboard.press("Tab") or page.evaluate(NEWLY_MET):
        name = page.evaluate("document.activeElement.innerText")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid", name
        seen.append(name)
    assert seen[0] == "Aller au contenu"
    assert {"Se déconnecter", "Vues", "Dernière visite", "Ce que veut dire chaque chiffre"} <= set(
        seen
    )
