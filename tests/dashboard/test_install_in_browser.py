"""The installation page in a real browser: it copies, waits, and tells what has arrived."""

import pytest
from playwright.sync_api import expect

AT = "2026-11-20T18:29:00+01:00"


@pytest.fixture
def page(world, browser, address):
    """Signed in, on the installation page, on a phone."""
    with browser.new_context(
        viewport={"width": 390, "height": 844}, locale="fr-FR", base_url=address
    ) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        # Where the trial leads is not part of these tests.
        context.route("https://carte.example/**", lambda route: route.fulfill(body="the card"))
        page = context.new_page()
        page.console = []
        page.on("console", lambda message: page.console.append(message.text))
        page.on("pageerror", lambda error: page.console.append(str(error)))
        page.goto("/login")
        page.fill("#email", world.owner)
        page.fill("#password", world.password)
        page.click("form.panel button")
        page.goto(f"/cards/{world.mine.id}/install")
        yield page
        assert page.console == []


def trial_code(page) -> str:
    return page.get_attribute("#result", "data-source").partition("trial=")[2]


def arrive(world, code, **changes):
    told = {"class": "owner", "item": code, "browser": "Mobile Safari", "os": "iOS"}
    world.store_events(world.event(world.mine, AT, **told | changes))


def test_what_is_copied_is_the_tag(page):
    button = page.locator("[data-copy=tag]")
    button.click()
    expect(button).to_have_text("Copié")
    assert page.evaluate("navigator.clipboard.readText()") == page.inner_text("#tag")
    expect(button).to_have_text("Copier")


def test_without_a_clipboard_it_is_copied_the_old_way(page):
    page.evaluate("delete Navigator.prototype.clipboard")
    page.click("[data-copy=notice-fr]")
    expect(page.locator("[data-copy=notice-fr]")).to_have_text("Copié")
    assert page.evaluate("getSelection().toString()") == page.inner_text("#notice-fr")


def test_a_trial_is_waited_for_and_told_by_itself(world, page):
    assert page.is_hidden("#waiting")
    assert page.is_hidden("#result")
    with page.expect_popup() as opened:
        page.click("#try")
    assert opened.value.url.startswith(f"{world.mine.url}?src=link&item={trial_code(page)}.")
    expect(page.locator("#waiting")).to_be_visible()
    arrive(world, trial_code(page))
    expect(page.locator("#result")).to_contain_text("Nous avons bien reçu votre visite d’essai.")
    expect(page.locator("#waiting")).to_be_hidden()
    arrive(world, trial_code(page), name="click", target="phone")
    expect(page.locator("#result li")).to_have_text(["Téléphone"])


def test_another_visit_does_not_pass_for_the_trial(world, page):
    page.click("#try")
    world.store_events(world.event(world.mine, AT))
    arrive(world, "trial-another1")
    page.wait_for_timeout(2_000)
    assert page.is_hidden("#result")


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_the_page_fits_every_screen_even_with_large_text(world, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    arrive(world, trial_code(page), name="view")
    page.goto(f"/cards/{world.mine.id}/install?trial={trial_code(page)}")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for size in ("100%", "200%"):
        page.evaluate("size => document.documentElement.style.fontSize = size", size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
