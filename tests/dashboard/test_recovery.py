"""Somebody has lost the device of their one-time codes."""

import re
from html import unescape

import pytest

from schema.directory import audit, recovery, totp, users
from schema.testing.mail import mailbox
from schema.testing.server import free_port

SPELLED = re.compile(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>")


@pytest.fixture
def marie(world):
    return world.visitor(world.owner)


@pytest.fixture
def codes(world, marie) -> list[str]:
    """Shown when the one-time codes were turned on."""
    secret = totp.new_secret()
    code = totp.code_at(secret, world.clock.now_ms // totp.STEP_MS)
    typed = {"secret": totp.spelled(secret), "code": code, "password": world.password}
    return SPELLED.findall(marie.post("/you/codes", typed).text)


@pytest.fixture
def lost(world, codes):
    """A browser after the right password, and what its form knows."""
    browser = world.visitor()
    asked = browser.sign_in(world.owner, world.password, next=f"/cards/{world.mine.id}")
    return browser, {"ticket": re.search(r'name="ticket" value="([^"]+)"', asked.text)[1]}


def trail(world) -> list[str]:
    with world.directory.read() as conn:
        return [line.action for line in audit.latest(conn, 9)]


def test_ten_are_shown_once_and_never_again(marie, codes):
    assert len(codes) == 10
    page = unescape(marie.get("/you").text)
    assert "Il vous reste 10 codes de secours" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert not SPELLED.search(page)


def test_one_of_them_lets_in_once_and_leads_to_ones_access(world, codes, lost):
    browser, form = lost
    answer = browser.post("/login/code", form | {"recovery": codes[0]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/you")
    assert "9 codes de secours" in unescape(browser.get("/you").text)
    again, form = world.visitor(), form
    asked = again.sign_in(world.owner, world.password)
    form = {"ticket": re.search(r'name="ticket" value="([^"]+)"', asked.text)[1]}
    refused = again.post("/login/code", form | {"recovery": codes[0]})
    assert (refused.status_code, "balise_session" in again.cookies) == (422, False)
    assert "ou a déjà servi." in unescape(refused.text)
    assert "<details open>" in refused.text


def test_its_use_is_in_the_audit_trail_and_a_wrong_one_is_not(world, codes, lost):
    browser, form = lost
    browser.post("/login/code", form | {"recovery": "aaaa-aaaa-aaaa-aaaa"})
    assert trail(world) == ["codes.on"]
    browser.post("/login/code", form | {"recovery": codes[0]})
    assert trail(world) == ["codes.recover", "codes.on"]


@pytest.fixture
def post():
    with mailbox() as box:
        yield box


def test_whoever_was_signed_in_by_one_of_them_is_told_by_mail(world, codes, lost, post):
    browser, form = world.visitor(app=world.app(mail_server=post.server)), lost[1]
    browser.post("/login/code", form | {"recovery": "aaaa-aaaa-aaaa-aaaa"})
    assert browser.post("/login/code", form | {"recovery": codes[0]}).status_code == 303
    (mail,) = post.wait()
    assert mail["To"] == world.owner
    assert "un code de secours de marie@atelier.example a servi" in mail.get_content()
    assert f"{world.origin}/you" in mail.get_content()
    assert codes[0] not in mail.get_content()


def test_whoever_needs_no_code_any_more_is_told_by_mail_in_their_language(world, codes, post):
    with world.directory.write() as conn:
        id = users.by_email(conn, world.owner).id
        users.speak(conn, id, "en")
    ops = world.visitor(world.ops, world.app(mail_server=post.server))
    path = f"/ops/accounts/{world.mine.account}/codes/off"
    for _ in range(2):  # the second changes nothing, so nothing is told
        assert ops.post(path, {"user": id}).status_code == 303
    (mail,) = post.wait()
    assert (mail["To"], "something has changed" in mail["Subject"]) == (world.owner, True)
    assert "the password alone is enough" in mail.get_content()


def test_a_mail_server_that_is_away_keeps_nobody_out(world, codes, lost):
    app = world.app(mail_server=f"smtp://127.0.0.1:{free_port()}")
    answer = world.visitor(app=app).post("/login/code", lost[1] | {"recovery": codes[0]})
    assert answer.status_code == 303


def test_guessing_them_is_slowed_down_with_guessing_codes(lost):
    browser, form = lost
    for n in range(5):
        browser.post("/login/code", form | {"recovery": f"aaaa-{n}"})
        browser.post("/login/code", form | {"code": f"{n:06}"})
    assert browser.post("/login/code", form | {"recovery": "aaaa"}).status_code == 429


def test_new_ones_need_the_password_and_end_those_before(world, marie, codes, lost):
    assert marie.post("/you/codes/spare", {"password": "guess"}).status_code == 422
    page = marie.post("/you/codes/spare", {"password": world.password}).text
    fresh = SPELLED.findall(page)
    assert len(fresh) == 10
    browser, form = lost
    assert browser.post("/login/code", form | {"recovery": codes[0]}).status_code == 422
    assert browser.post("/login/code", form | {"recovery": fresh[0]}).status_code == 303
    assert trail(world) == ["codes.recover", "codes.renew", "codes.on"]


def test_without_one_time_codes_there_are_none_to_make(world, marie):
    answer = marie.post("/you/codes/spare", {"password": world.password})
    assert answer.headers["location"] == "/you"
    with world.directory.read() as conn:
        assert recovery.left(conn, users.by_email(conn, world.owner).id) == 0


def test_when_the_last_is_used_the_page_says_what_that_means(world, marie, codes):
    with world.directory.write() as conn:
        recovery.forget(conn, users.by_email(conn, world.owner).id)
    assert "Il ne vous reste aucun code de secours" in marie.get("/you").text


def test_ops_let_in_who_has_none_left(world, codes):
    ops, path = world.visitor(world.ops), f"/ops/accounts/{world.mine.account}"
    [id] = re.findall(r'name="user" value="([^"]+)"', ops.get(path).text)
    assert ops.post(f"{path}/codes/off", {"user": id}).headers["location"] == path
    assert world.visitor().sign_in(world.owner, world.password).status_code == 303
    assert trail(world) == ["codes.off", "codes.on"]
    assert 'name="user"' not in ops.get(path).text


@pytest.mark.parametrize("account", ["mine", "foreign"])
def test_ops_change_nobody_but_who_has_codes_in_that_account(world, codes, account):
    ops, path = world.visitor(world.ops), f"/ops/accounts/{getattr(world, account).account}"
    with world.directory.read() as conn:
        email = world.viewer if account == "mine" else world.owner
        id = users.by_email(conn, email).id
    ops.post(f"{path}/codes/off", {"user": id})
    assert trail(world) == ["codes.on"]
    assert world.visitor().sign_in(world.owner, world.password).status_code == 200
