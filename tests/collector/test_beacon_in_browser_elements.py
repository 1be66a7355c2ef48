"""What on a card is counted, what it says, and what belongs to whom."""

import time

import pytest
from starlette.routing import Route

from schema.testing.visits import CARD, distinct, html, names, stored, tag, wait_until

OTHER = "browser2"
CARD_URL = "https%3A%2F%2Fcartes.example.fr%2Fmarie"
STAYS = "<script>addEventListener('click', event => event.preventDefault())</script>"
"""While a link hands over to another program, the browser loses what is clicked next."""
PAGE = (
    f"{STAYS}<a id=link>Lien</a>"
    "<a id=share data-track=share data-track-label=whatsapp"
    f" href='https://wa.me/?text=Voici%20{CARD_URL}&x=1'>W</a>"
    "<button id=copy data-track=share data-track-label=copy>C</button>"
    "<button id=sheet data-track=share data-track-label=sheet>S</button>"
)
PAGES = (
    Route("/marie", lambda request: html(tag() + PAGE)),
    Route(
        "/two",
        lambda request: html(
            tag() + tag(OTHER) + STAYS + f"<div data-card={OTHER}><a href='tel:1'>A</a></div>"
            "<a id=both href='sms:1'>B</a>"
        ),
    ),
)


@pytest.fixture(scope="module")
def site(open_site):
    return open_site(pages=PAGES, card=CARD, other_cards=[OTHER])


@pytest.fixture
def page(browser, card):
    with browser.new_context(base_url=card.url, user_agent=card.agent) as context:
        page = context.new_page()
        page.complaints = []
        page.refused = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("response", lambda answer: answer.ok or page.refused.append(answer.status))
        yield page
        page.wait_for_timeout(0)  # hears of the last answers
        assert (page.complaints, page.refused) == ([], [])


def clicks(events) -> list[str]:
    return [event.target for event in events if event.name == "click"]


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("tel:+262692000000", "phone"),
        ("sms:+262692000000", "sms"),
        ("mailto:marie@example.fr", "email"),
        ("https://wa.me/262692000000", "whatsapp"),
        ("https://api.whatsapp.com/send?phone=262692000000", "whatsapp"),
        ("/marie.vcf", "vcard"),
        ("/marie.vcf?v=2", "vcard"),
        ("https://www.linkedin.com/in/marie", "linkedin"),
        ("https://facebook.com/marie", "facebook"),
        ("https://x.com", "x"),
        ("https://www.x.com/marie", "x"),
        ("https://m.facebook.com/marie", "facebook"),
        ("whatsapp://send?text=Bonjour", "whatsapp"),
    ],
)
def test_an_obvious_link_needs_no_attribute(page, card, href, target):
    page.goto("/marie")
    page.evaluate(f"document.querySelector('#link').href = '{href}'")
    page.click("#link")
    assert clicks(stored(card, 2)) == [target]


@pytest.mark.parametrize(
    "href",
    [
        *("https://example.fr/", "https://netflix.com/tel:", "#tel", "/"),
        "https://example.fr/?u=tel:1",
        "https://linkedin.com.example.fr/in/marie",
        "https://notlinkedin.com/in/marie",
        "https://example.fr/marie.vcfs",
        "geo:-20.9,55.4",
        "https://maps.google.com/?q=Saint-Denis",  # a map says so by its attribute
    ],
)
def test_any_other_link_is_not_counted(page, card, href):
    page.goto("/marie")
    page.evaluate(f"document.querySelector('#link').href = '{href}'")
    page.click("#link")
    assert names(stored(card, 1)) == ["view"]


@pytest.mark.parametrize("track", ["none", "toString", "phone sms", "__proto__", "é" * 40])
def test_a_strange_attribute_is_silent_and_wins_over_the_link(page, card, track):
    page.goto("/marie")
    page.evaluate(
        "track => Object.assign(document.querySelector('#link'), {href: 'tel:1'})"
        ".setAttribute('data-track', track)",
        track,
    )
    page.click("#link")
    assert names(stored(card, 1)) == ["view"]


def test_a_link_that_is_opened_in_a_new_tab_is_counted(page, card):
    page.goto("/marie")
    page.evaluate("document.querySelector('#link').href = 'https://wa.me/1'")
    page.evaluate("addEventListener('auxclick', event => event.preventDefault())")
    page.click("#link", button="middle")
    assert clicks(stored(card, 2)) == ["whatsapp"]


def test_a_menu_on_a_link_is_not_a_click(page, card):
    page.goto("/marie")
    page.evaluate("document.querySelector('#link').href = 'tel:1'")
    page.click("#link", button="right")
    assert names(stored(card, 1)) == ["view"]


def test_a_link_is_activated_with_the_keyboard(page, card):
    page.goto("/marie")
    page.evaluate("document.querySelector('#link').href = 'tel:1'")
    page.focus("#link")
    page.keyboard.press("Enter")
    assert clicks(stored(card, 2)) == ["phone"]


def test_a_share_link_carries_the_tagged_address_in_place_of_its_own(page, card):
    page.goto("/marie?lang=fr&src=qr")
    page.click("#share")
    tagged = f"{card.url}/marie?src=share&item=whatsapp&lang=fr"
    quoted = page.evaluate("encodeURIComponent", tagged)
    assert page.get_attribute("#share", "href") == f"https://wa.me/?text=Voici%20{quoted}&x=1"
    shared = stored(card, 2)[1]
    assert (shared.name, shared.label, shared.target) == ("share", "whatsapp", "")


def test_a_shared_address_keeps_the_sites_own_query_as_it_is_written(page, card):
    page.add_init_script("navigator.share = async ({url}) => { window.given = `${url}` }")
    page.goto("/marie?edit&name=a%20b~c#top")
    page.click("#sheet")
    given = page.evaluate("window.given")
    assert given == f"{card.url}/marie?src=share&item=sheet&edit&name=a%20b~c#top"


def test_a_share_button_without_a_channel_shares_without_one(page, card):
    page.add_init_script("navigator.share = async ({url}) => { window.given = `${url}` }")
    page.goto("/marie")
    page.evaluate("document.querySelector('#sheet').removeAttribute('data-track-label')")
    page.click("#sheet")
    assert page.evaluate("window.given") == f"{card.url}/marie?src=share&item="
    assert stored(card, 2)[1].label == ""


def test_the_tagged_address_is_copied(page, card):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/marie")
    page.click("#copy")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{card.url}/marie?src=share&item=copy"
    assert stored(card, 2)[1].label == "copy"


def test_a_copy_that_is_not_allowed_breaks_nothing(page, card):
    page.goto("/marie")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error(0)) }")
    page.click("#copy")
    assert stored(card, 2)[1].label == "copy"


def test_the_share_sheet_gets_the_tagged_address_and_may_be_dismissed(page, card):
    page.add_init_script(
        "navigator.share = ({url}) => { window.given = `${url}`; return Promise.reject('no') }"
    )
    page.goto("/marie")
    page.click("#sheet")
    assert page.evaluate("window.given") == f"{card.url}/marie?src=share&item=sheet"
    assert stored(card, 2)[1].label == "sheet"


def test_a_shared_address_is_a_medium_with_its_channel(page, card):
    page.goto("/marie?src=share&item=whatsapp")
    (view,) = stored(card, 1)
    assert (view.medium, view.item) == ("share", "whatsapp")


def test_two_cards_on_one_page_are_two_views_of_one_source(page, card):
    page.goto("/two?src=qr")
    found = stored(card, 2)
    assert {event.card for event in found} == {CARD, OTHER}
    assert {event.medium for event in found} == {"qr"}


def test_on_a_page_of_two_cards_a_click_belongs_to_the_card_around_it(page, card):
    page.goto("/two")
    page.click("[data-card] a")
    page.click("#both")
    found = [event for event in stored(card, 5) if event.name == "click"]
    assert {(event.card, event.target) for event in found} == {
        (OTHER, "phone"),
        (CARD, "sms"),
        (OTHER, "sms"),
    }


def test_own_events_have_names_of_a_closed_pattern(page, card):
    page.goto("/marie")
    page.evaluate("balise('devis_2')")
    for refused in ("'view'", "'click'", "'engage'", "'Devis'", "'2x'", "'é'", "''", "['a']", "{}"):
        page.evaluate(f"balise({refused})")
    page.evaluate("balise()")
    page.evaluate(f"balise('{'a' * 33}')")
    assert names(stored(card, 2)) == ["view", "devis_2"]


def test_own_events_wait_for_nothing_and_say_nothing_before_the_view(page, card):
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
    )
    page.goto("/marie")
    page.evaluate("balise('devis')")
    time.sleep(0.3)
    assert distinct(card) == []


def test_a_script_that_comes_twice_and_late_counts_once(page, card):
    page.goto("/marie")
    stored(card, 1)
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {src: '/b.js'}))"
    )
    wait_until(lambda: page.evaluate("performance.getEntriesByType('resource').length") >= 2)
    page.evaluate("document.querySelector('#link').href = 'tel:1'")
    page.click("#link")
    assert names(stored(card, 2)) == ["view", "click"]
