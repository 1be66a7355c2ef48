"""One's own way in: password, one-time codes, browsers that are signed in."""

import re
from base64 import b32decode
from dataclasses import replace
from html import unescape

import pytest

from schema.directory import tickets, totp, users

NEW = "un autre mot de passe"


def code_of(secret: bytes, world) -> str:
    return totp.code_at(secret, world.clock.now_ms // totp.STEP_MS)


@pytest.fixture
def marie(world):
    return world.visitor(world.owner)


@pytest.fixture
def secret(world, marie) -> bytes:
    """Turned on, half a minute ago."""
    page = marie.get("/you/codes").text
    spelled = re.search(r'name="secret" value="([A-Z2-7]+)"', page)[1]
    secret = b32decode(spelled)
    typed = {"secret": spelled, "code": code_of(secret, world), "password": world.password}
    assert "Codes de secours" in marie.post("/you/codes", typed).text
    world.clock.now_ms += totp.STEP_MS
    return secret


def test_a_new_password_needs_the_old_one_and_signs_all_other_browsers_out(world, marie):
    other = world.visitor(world.owner)
    wrong = marie.post("/you/password", {"password": "guess", "new_password": NEW})
    assert (wrong.status_code, "Ce n’est pas votre mot de passe." in wrong.text) == (422, True)
    short = marie.post("/you/password", {"password": world.password, "new_password": "court"})
    assert (short.status_code, "Il est trop court." in short.text) == (422, True)
    changed = marie.post("/you/password", {"password": world.password, "new_password": NEW})
    assert changed.headers["location"] == "/you"
    assert marie.get("/you").status_code == 200
    assert other.get("/you").status_code == 303
    assert world.visitor().sign_in(world.owner, NEW).status_code == 303


def test_with_codes_a_password_is_not_enough(world, secret):
    browser = world.visitor()
    asked = browser.sign_in(world.owner, world.password, next="/you")
    assert (asked.status_code, "balise_session" in browser.cookies) == (200, False)
    ticket = re.search(r'name="ticket" value="([^"]+)"', asked.text)[1]
    wrong = browser.post("/login/code", {"ticket": ticket, "code": "000000"})
    assert (wrong.status_code, "balise_session" in browser.cookies) == (422, False)
    typed = {"ticket": ticket, "code": code_of(secret, world), "next": "/you"}
    assert browser.post("/login/code", typed).headers["location"] == "/you"
    assert browser.get("/you").status_code == 200
    assert world.visitor().post("/login/code", typed).status_code == 410


def test_a_code_must_come_within_five_minutes(world, secret):
    browser = world.visitor()
    asked = browser.sign_in(world.owner, world.password)
    ticket = re.search(r'name="ticket" value="([^"]+)"', asked.text)[1]
    world.clock.now_ms += 5 * 60_000
    late = browser.post("/login/code", {"ticket": ticket, "code": code_of(secret, world)})
    assert (late.status_code, "balise_session" in browser.cookies) == (410, False)


def test_guessing_codes_is_slowed_down(world, secret):
    browser = world.visitor()
    asked = browser.sign_in(world.owner, world.password)
    ticket = re.search(r'name="ticket" value="([^"]+)"', asked.text)[1]
    answers = [
        browser.post("/login/code", {"ticket": ticket, "code": f"{n:06}"}).status_code
        for n in range(12)
    ]
    assert answers[-1] == 429


def test_codes_are_turned_on_with_password_and_code_and_off_with_the_password(world, marie, secret):
    assert "Activé" in marie.get("/you").text
    assert marie.post("/you/codes/off", {"password": "guess"}).status_code == 422
    assert marie.post("/you/codes/off", {"password": world.password}).status_code == 303
    assert world.visitor().sign_in(world.owner, world.password).status_code == 303


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"password": "guess"}])
def test_codes_are_not_turned_on_by_who_lacks_one_of_the_two(world, marie, wrong):
    page = marie.get("/you/codes").text
    spelled = re.search(r'name="secret" value="([A-Z2-7]+)"', page)[1]
    typed = {"code": code_of(b32decode(spelled), world), "password": world.password}
    refused = marie.post("/you/codes", {"secret": spelled} | typed | wrong)
    assert refused.status_code == 422
    assert spelled in refused.text
    assert world.visitor().sign_in(world.owner, world.password).status_code == 303


@pytest.mark.parametrize("secret", ["", "?", "AAAA", "é"])
def test_a_secret_that_we_did_not_draw_begins_anew(world, marie, secret):
    typed = {"secret": secret, "code": "123456", "password": world.password}
    assert marie.post("/you/codes", typed).headers["location"] == "/you/codes"


def test_other_browsers_are_listed_and_signed_out_one_by_one(world, marie):
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other = world.visitor()
    other.post(
        "/login", {"email": world.owner, "password": world.password}, **{"User-Agent": agent}
    )
    page = marie.get("/you").text
    assert "Firefox, Windows" in page
    ids = re.findall(r'name="session" value="([^"]+)"', page)
    assert len(ids) == 1
    marie.post("/you/sessions", {"session": ids[0]})
    assert other.get("/you").status_code == 303
    assert marie.get("/you").status_code == 200


def test_a_session_says_since_when_as_a_sentence_would(world, marie):
    for said in ("depuis aujourd’hui", "depuis hier", "depuis le 20 novembre"):
        assert said in unescape(marie.get("/you").text)
        world.clock.advance(days=1)


def test_nobody_ends_the_session_of_someone_else(world, marie):
    world.visitor(world.owner)
    session = re.search(r'name="session" value="([^"]+)"', marie.get("/you").text)[1]
    world.visitor(world.stranger).post("/you/sessions", {"session": session})
    assert session in marie.get("/you").text


def test_a_new_password_from_a_mail_does_not_spare_the_code(world, secret):
    with world.directory.write() as conn:
        user = users.by_email(conn, world.owner)
        link = tickets.issue(conn, user=user.id, purpose="reset", now_ms=world.clock.now_ms)
    browser = world.visitor()
    asked = browser.post(f"/reset/{link}", {"password": NEW})
    assert (asked.status_code, "balise_session" in browser.cookies) == (200, False)
    ticket = re.search(r'name="ticket" value="([^"]+)"', asked.text)[1]
    browser.post("/login/code", {"ticket": ticket, "code": code_of(secret, world)})
    assert browser.get("/you").status_code == 200


def test_signing_in_again_ends_the_session_before(world, marie):
    before = marie.cookies["balise_session"]
    marie.sign_in(world.owner, world.password)
    other = world.visitor()
    other.cookies.set("balise_session", before, domain="balise.test")
    assert other.get("/you").status_code == 303
    assert marie.get("/you").status_code == 200


def test_over_tls_the_cookie_is_of_this_host_alone(world):
    world = replace(world, origin="https://balise.test")
    browser = world.visitor()
    told = browser.sign_in(world.owner, world.password).headers["set-cookie"]
    assert told.startswith("__Host-balise_session=")
    for word in ("Path=/", "Secure", "HttpOnly", "SameSite=lax"):
        assert word in told
    assert "Domain" not in told
    assert browser.get("/you").status_code == 200
    gone = browser.post("/logout")
    assert gone.headers["set-cookie"].startswith('__Host-balise_session=""')
    assert browser.get("/you").status_code == 303
