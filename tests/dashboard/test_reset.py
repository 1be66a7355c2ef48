"""A new password by mail, without telling anybody who has an account."""

import re

import pytest

from schema.testing.mail import Mailbox, mailbox

NEW = "un autre mot de passe"


@pytest.fixture(scope="module")
def post() -> Mailbox:
    with mailbox() as box:
        yield box


@pytest.fixture
def mails(post):
    post.mails.clear()
    return post


@pytest.fixture
def app(world, mails):
    return world.app(mail_server=mails.server)


def link_in(mails: Mailbox, origin: str) -> str:
    (mail,) = mails.wait()
    return re.search(rf"{re.escape(origin)}(/reset/\S+)", mail.get_content())[1]


def test_the_link_of_a_mail_sets_a_password_once_and_lets_in(world, app, mails):
    visitor = world.visitor(app=app)
    assert "un lien est en route" in visitor.post("/reset", {"email": world.owner}).text
    link = link_in(mails, world.origin)
    assert mails.mails[0]["To"] == world.owner
    assert visitor.get(link).status_code == 200
    short = visitor.post(link, {"password": "court"})
    assert (short.status_code, "Il est trop court." in short.text) == (422, True)
    assert visitor.post(link, {"password": NEW}).status_code == 303
    assert visitor.get("/you").status_code == 200
    assert world.visitor(app=app).post(link, {"password": "encore un autre"}).status_code == 410
    assert world.visitor(app=app).sign_in(world.owner, NEW).status_code == 303


def test_an_unknown_address_reads_the_same_and_gets_nothing(world, app, mails):
    """The one who is known asks last: with their mail, whatever was to be sent before is there."""
    visitor = world.visitor(app=app)
    unknown = visitor.post("/reset", {"email": "nobody@atelier.example"})
    known = visitor.post("/reset", {"email": world.owner})
    assert known.text == unknown.text
    assert [mail["To"] for mail in mails.wait()] == [world.owner]


def test_a_link_is_good_for_half_an_hour(world, app, mails):
    visitor = world.visitor(app=app)
    visitor.post("/reset", {"email": world.owner})
    link = link_in(mails, world.origin)
    world.clock.now_ms += 30 * 60_000
    assert visitor.get(link).status_code == 410
    assert visitor.post(link, {"password": NEW}).status_code == 410


def test_asking_often_is_slowed_down(world, app):
    visitor = world.visitor(app=app)
    answers = [visitor.post("/reset", {"email": "a@b.fr"}).status_code for _ in range(11)]
    assert answers[-1] == 429


def test_without_a_mail_server_the_page_says_so(world):
    assert "n’envoie pas d’e-mail" in world.visitor().get("/reset").text


def test_a_mail_server_that_is_away_is_logged_and_the_answer_stands(world, capsys):
    visitor = world.visitor(app=world.app(mail_server="smtp://127.0.0.1:1"))
    assert "un lien est en route" in visitor.post("/reset", {"email": world.owner}).text
    assert "mail_not_sent" in capsys.readouterr().out
