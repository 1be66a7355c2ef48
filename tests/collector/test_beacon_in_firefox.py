"""The essential of the script in a second engine: Firefox, against the real collector."""

import time

import pytest
from starlette.routing import Route

from schema.targets import TARGET_NAMES
from schema.testing.firefox import running_firefox, system_firefox
from schema.testing.visits import CARD, html, names, tag, wait_until

STAY = (
    "<script>addEventListener('click', event => event.target.id || event.preventDefault())</script>"
)
BUTTONS = (
    "<button data-track=phone data-track-label=header>Appeler</button>"
    "<a class=obvious href='https://www.linkedin.com/in/marie'>LinkedIn</a>"
    "<a id=away href=/elsewhere data-track=map>Ici</a><div style='height:4000px'></div>"
)
PRIVATE = "<script>Object.defineProperty(navigator,'globalPrivacyControl',{value:true})</script>"
NOT_TRACKED = "<script>Object.defineProperty(navigator, 'doNotTrack', {value: '1'})</script>"
LATER = (
    "<script>const now = Date.now; let later = 0; Date.now = () => now() + later;"
    "addEventListener('leap', () => { later = 31 * 60_000;"
    "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true})) })</script>"
)
KINDS = "".join(f"<button id={name} data-track={name}>{name}</button>" for name in TARGET_NAMES)
OTHER = "browser2"
TWO = tag() + tag(OTHER) + f"<p data-card={OTHER}><button id=one data-track=phone>A</button></p>"
SHARE = (
    "<a class=share data-track=share data-track-label=whatsapp"
    " href='https://wa.me/?text=https%3A%2F%2Fcartes.example.fr%2Fmarie'>W</a>"
)
CHOSEN = "<meta name=referrer content=strict-origin><a id=back href='/marie?balise=on'>Marie</a>"
NO_REQUESTS = {"Content-Security-Policy": "connect-src 'none'"}
HOSTILE = "<script>JSON.stringify = () => 'null'</script>"
PAGES = (
    Route("/marie", lambda request: html(STAY + tag() + BUTTONS)),
    Route("/elsewhere", lambda request: html("<a href=/marie>Marie</a>")),
    Route("/private", lambda request: html(PRIVATE + tag() + BUTTONS)),
    Route("/not-tracked", lambda request: html(NOT_TRACKED + tag() + BUTTONS)),
    Route("/later", lambda request: html(tag() + LATER + BUTTONS)),
    Route("/kinds", lambda request: html(tag() + KINDS)),
    Route("/twice", lambda request: html(tag() + tag() + BUTTONS)),
    Route("/two", lambda request: html(TWO)),
    Route("/shares", lambda request: html(STAY + tag() + SHARE)),
    Route("/wrong", lambda request: html(STAY + tag("unknown1") + BUTTONS)),
    Route("/no-queue", lambda request: html(tag(more="data-queue=off") + BUTTONS, NO_REQUESTS)),
    Route("/chosen", lambda request: html(CHOSEN)),
    Route("/paul", lambda request: html("")),
    Route("/hostile", lambda request: html(HOSTILE + tag() + BUTTONS)),
    Route(
        "/away",
        lambda request: html(STAY + tag() + BUTTONS, NO_REQUESTS),
    ),
)


@pytest.fixture(scope="module")
def site(open_site):
    return open_site(pages=PAGES, card=CARD, other_cards=[OTHER])


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    program = system_firefox()
    if program is None:
        pytest.skip("Firefox is not on this machine")
    with running_firefox(program, tmp_path_factory.mktemp("firefox")) as firefox:
        yield firefox


@pytest.fixture
def page(firefox, site):
    """A card's page, after which nothing of this visit is left in the browser."""
    firefox.open(f"{site.url}/elsewhere")
    firefox.evaluate("localStorage.clear()")
    return firefox


@pytest.fixture
def told(site):
    """What has come since this test began, once it is as much as expected.

    How often engaged time is told depends on how slow the machine is, so it is asked for apart."""
    before = {(event.card, event.page, event.seq) for event in site.spooled()}

    def events(expected: int, *, engaged: bool = False):
        def found():
            every = {(event.card, event.page, event.seq): event for event in site.spooled()}
            new = [event for key, event in every.items() if key not in before]
            return [event for event in new if (event.name == "engage") is engaged]

        wait_until(lambda: len(found()) >= expected)
        time.sleep(0.1)
        assert engaged or len(found()) == expected
        return sorted(found(), key=lambda event: event.seq)

    return events


def test_a_view_and_its_clicks(page, site, told):
    page.open(f"{site.url}/marie?lang=fr&src=qr#top")
    page.click("button")
    page.click(".obvious")
    view, click, obvious = told(3)
    assert (view.name, view.seq, view.medium, view.lang) == ("view", 0, "qr", "fr-FR")
    assert view.tz == page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert (click.target, click.label, obvious.target) == ("phone", "header", "linkedin")
    assert page.evaluate("location.href") == f"{site.url}/marie?lang=fr#top"
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
        "",
        0,
        0,
    ]


def test_a_click_that_leaves_is_counted_and_a_return_is_no_new_view(page, site, told):
    page.open(f"{site.url}/marie")
    page.click("#away")
    wait_until(lambda: page.evaluate("location.pathname") == "/elsewhere")
    page.back()
    wait_until(lambda: page.evaluate("location.pathname") == "/marie")
    page.click("button")
    assert names(told(3)) == ["view", "click", "click"]


def test_a_return_from_the_cache_after_half_an_hour_is_a_view(page, site, told):
    page.open(f"{site.url}/later")
    told(1)
    page.evaluate("dispatchEvent(new Event('leap'))")
    assert names(told(2)) == ["view", "view"]


def test_every_kind_of_button_is_counted(page, site, told):
    page.open(f"{site.url}/kinds")
    for name in TARGET_NAMES:
        page.click(f"#{name}")
    assert {event.target for event in told(1 + len(TARGET_NAMES))} == {"", *TARGET_NAMES}


def test_a_reload_is_no_new_view(page, site, told):
    page.open(f"{site.url}/marie")
    told(1)
    page.reload()
    page.click("button")
    assert sorted(names(told(2))) == ["click", "view"]


def test_a_tab_in_the_background_is_not_read(page, site, told):
    page.open(f"{site.url}/marie")
    told(1)
    time.sleep(1.1)
    with page.another_tab():
        last = told(1, engaged=True)[-1]
        assert last.ms >= 1_000
    page.click("button")
    assert names(told(2)) == ["view", "click"]


def test_an_objection_is_kept_and_nothing_is_sent(page, site, told):
    page.open(f"{site.url}/marie?balise=off")
    page.click("button")
    page.open(f"{site.url}/marie")
    page.click("button")
    page.open(f"{site.url}/private")
    told(0)
    assert page.evaluate("Object.entries(localStorage)") == [["balise-off", "1"]]


def test_privacy_control_and_hostile_pages_send_nothing(page, site, told):
    for path in ("/private", "/not-tracked", "/hostile"):
        page.open(f"{site.url}{path}")
        page.click("button")
    told(0)
    assert site.counted("malformed", 0) == {}


def test_what_could_not_be_delivered_is_delivered_later_once(page, site, told):
    page.open(f"{site.url}/away")
    page.click("button")
    wait_until(lambda: page.evaluate("localStorage.length") == 2)
    told(0)
    page.open(f"{site.url}/marie")
    assert sorted(names(told(3))) == ["click", "view", "view"]
    wait_until(lambda: page.evaluate("localStorage.length") == 0)


def test_own_events_have_names_of_a_closed_pattern(page, site, told):
    page.open(f"{site.url}/marie")
    for name in ("devis_2", "view", "Devis", "2x"):
        page.evaluate(f"balise('{name}')")
    assert names(told(2)) == ["view", "devis_2"]


def test_another_path_of_an_application_is_another_page(page, site, told):
    page.open(f"{site.url}/marie?src=qr")
    (first,) = told(1)
    page.evaluate("history.pushState(null, '', '/paul')")
    page.click("button")
    others = [event for event in told(3) if event.page != first.page]
    assert names(others) == ["view", "click"]
    assert {event.medium for event in others} == {"inconnu"}


def test_the_same_tag_twice_counts_once(page, site, told):
    page.open(f"{site.url}/twice")
    assert names(told(1)) == ["view"]


def test_on_a_page_of_two_cards_a_click_belongs_to_the_card_around_it(page, site, told):
    page.open(f"{site.url}/two")
    page.click("#one")
    found = told(3)
    assert {event.card for event in found} == {CARD, OTHER}
    assert [event.card for event in found if event.name == "click"] == [OTHER]


def test_a_button_added_later_is_counted(page, site, told):
    page.open(f"{site.url}/marie")
    told(1)
    page.evaluate(
        "document.body.insertAdjacentHTML('afterbegin',"
        " '<button id=late data-track=sms>S</button>')"
    )
    page.click("#late")
    assert [event.target for event in told(2)] == ["", "sms"]


def test_a_share_link_carries_the_tagged_address(page, site, told):
    page.open(f"{site.url}/shares")
    page.click(".share")
    assert [(event.name, event.label) for event in told(2)] == [("view", ""), ("share", "whatsapp")]
    tagged = page.evaluate("decodeURIComponent(document.querySelector('.share').href)")
    assert tagged == f"https://wa.me/?text={site.url}/shares?src=share&item=whatsapp"


def test_an_unknown_card_is_asked_for_once(page, site, told):
    before = sum(site.counted("unknown_card", 0).values())
    page.open(f"{site.url}/wrong")
    wait_until(lambda: sum(site.counted("unknown_card", 0).values()) == before + 1)
    wait_until(lambda: page.evaluate("localStorage.length") == 0)
    page.click("button")
    told(0)
    assert sum(site.counted("unknown_card", 0).values()) == before + 1


def test_the_queue_can_be_turned_off(page, site, told):
    page.open(f"{site.url}/no-queue")
    page.click("button")
    told(0)
    assert page.evaluate("localStorage.length") == 0


def test_an_objection_can_be_taken_back_on_the_way_from_the_objection_page_only(page, site, told):
    page.open(f"{site.url}/marie?balise=off")
    page.open(f"{site.url}/marie?balise=on")
    told(0)
    page.open(f"{site.url}/chosen")
    page.click("#back")
    wait_until(lambda: page.evaluate("location.href") == f"{site.url}/marie")
    assert names(told(1)) == ["view"]
