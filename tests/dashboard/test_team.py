"""Who else sees the account's cards."""

import re

import pytest

from schema.directory import users
from schema.testing.mail import mailbox

NEW = {"email": "zoe@atelier.example", "role": "viewer"}


@pytest.fixture
def marie(world):
    return world.visitor(world.owner)


def members(world) -> dict[str, str]:
    with world.directory.read() as conn:
        return {each.email: each.role for each in users.of_account(conn, world.mine.account)}


def test_who_is_invited_chooses_a_password_and_sees_the_cards(world, marie):
    page = marie.post("/team", NEW)
    link = re.search(rf"{re.escape(world.origin)}(/reset/[\w-]+)", page.text)[1]
    zoe = world.visitor()
    assert zoe.post(link, {"password": "le mot de passe de Zoé"}).status_code == 303
    assert zoe.get(f"/cards/{world.mine.id}/install").status_code == 200
    assert zoe.get("/team").status_code == 403
    assert members(world)[NEW["email"]] == "viewer"


def test_the_invitation_goes_by_mail_where_there_is_a_server(world):
    with mailbox() as post:
        marie = world.visitor(world.owner, world.app(mail_server=post.server))
        page = marie.post("/team", NEW)
        (mail,) = post.wait()
    assert mail["To"] == NEW["email"]
    assert "Atelier Moreau" in mail.get_content()
    assert "/reset/" in mail.get_content()
    assert "/reset/" not in page.text


def test_an_invitation_is_good_for_seven_days(world, marie):
    page = marie.post("/team", NEW)
    link = re.search(rf"{re.escape(world.origin)}(/reset/[\w-]+)", page.text)[1]
    world.clock.now_ms += 7 * 86_400_000
    assert world.visitor().get(link).status_code == 410


@pytest.mark.parametrize("email", ["", "zoe", "leo@atelier.example", "paul@garage.example"])
def test_an_address_that_cannot_be_invited_reads_the_same_whoever_has_it(world, marie, email):
    before = members(world)
    refused = marie.post("/team", {"email": email, "role": "viewer"})
    assert refused.status_code == 422
    assert "ne peut pas être invitée" in refused.text
    assert f'value="{email}"' in refused.text
    assert members(world) == before


def test_a_role_that_is_none_of_the_two_is_the_smaller_one(world, marie):
    marie.post("/team", NEW | {"role": "ops"})
    assert members(world)[NEW["email"]] == "viewer"


def test_who_is_removed_is_out_at_once(world, marie):
    leo = world.visitor(world.viewer)
    page = marie.get("/team").text
    id = re.search(r'name="user" value="([^"]+)"', page)[1]
    marie.post("/team/remove", {"user": id})
    assert leo.get("/you").status_code == 303
    assert world.viewer not in members(world)


def test_nobody_removes_themselves_or_someone_of_another_account(world, marie):
    with world.directory.read() as conn:
        ids = [users.by_email(conn, email).id for email in (world.owner, world.stranger)]
    for id in ids:
        marie.post("/team/remove", {"user": id})
    assert world.owner in members(world)
    assert world.visitor().sign_in(world.stranger, world.password).status_code == 303
