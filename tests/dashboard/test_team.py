"""Who else sees the account's cards."""

import re

import pytest

from schema.directory import invitations, users
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
    link = re.search(rf"{re.escape(world.origin)}(/invitation/[\w-]+)", page.text)[1]
    assert NEW["email"] not in members(world)
    assert NEW["email"] in marie.get("/team").text
    zoe = world.visitor()
    assert "au moins" in zoe.post(link, {"password": "court"}).text.lower()
    assert zoe.post(link, {"password": "le mot de passe de Zoé"}).status_code == 303
    assert zoe.get(f"/cards/{world.mine.id}/install").status_code == 200
    assert zoe.get("/team").status_code == 403
    assert members(world)[NEW["email"]] == "viewer"
    assert world.visitor().post(link, {"password": "encore un autre"}).status_code == 410


def test_the_invitation_goes_by_mail_where_there_is_a_server(world):
    with mailbox() as post:
        marie = world.visitor(world.owner, world.app(mail_server=post.server))
        page = marie.post("/team", NEW)
        (mail,) = post.wait()
    assert mail["To"] == NEW["email"]
    assert "Atelier Moreau" in mail.get_content()
    assert "/invitation/" in mail.get_content()
    assert "/invitation/" not in page.text


def test_an_address_with_an_access_elsewhere_is_answered_like_any_other(world, marie):
    """What differs is in the mail, for whoever has the address to read."""
    with mailbox() as post:
        marie = world.visitor(world.owner, world.app(mail_server=post.server))
        answers = []
        for email in (world.stranger, NEW["email"]):
            page = marie.post("/team", {"email": email, "role": "viewer"}).text
            answers.append((page.replace(email, "x"), marie.get("/team").text.replace(email, "x")))
            marie.post("/team/withdraw", {"email": email})
        taken, free = post.wait(2)
    assert answers[0] == answers[1]
    assert "a déjà un accès" in taken.get_content()
    assert "/invitation/" not in taken.get_content()
    assert "/invitation/" in free.get_content()


def test_without_mail_the_link_says_so_to_whoever_opens_it(world, marie):
    page = marie.post("/team", {"email": world.stranger, "role": "viewer"}).text
    link = re.search(rf"{re.escape(world.origin)}(/invitation/[\w-]+)", page)[1]
    refused = world.visitor().post(link, {"password": "un autre mot de passe"})
    assert (refused.status_code, "a déjà un accès" in refused.text) == (422, True)
    assert world.visitor().sign_in(world.stranger, world.password).status_code == 303
    assert world.stranger not in members(world)


def test_an_invitation_is_withdrawn_and_only_ones_own(world, marie):
    page = marie.post("/team", NEW).text
    link = re.search(rf"{re.escape(world.origin)}(/invitation/[\w-]+)", page)[1]
    world.visitor(world.stranger).post("/team/withdraw", {"email": NEW["email"]})
    assert world.visitor().get(link).status_code == 200
    marie.post("/team/withdraw", {"email": NEW["email"]})
    assert world.visitor().get(link).status_code == 410
    assert NEW["email"] not in marie.get("/team").text


def test_a_second_invitation_takes_the_place_of_the_first(world, marie):
    first, second = (
        re.search(rf"{re.escape(world.origin)}(/invitation/[\w-]+)", marie.post("/team", NEW).text)[
            1
        ]
        for _ in range(2)
    )
    assert world.visitor().get(first).status_code == 410
    assert world.visitor().get(second).status_code == 200


def test_an_invitation_is_good_for_seven_days(world, marie):
    page = marie.post("/team", NEW)
    link = re.search(rf"{re.escape(world.origin)}(/invitation/[\w-]+)", page.text)[1]
    world.clock.now_ms += 7 * 86_400_000
    assert world.visitor().get(link).status_code == 410


@pytest.mark.parametrize("email", ["", "zoe", "leo@atelier.example", "Leo@Atelier.example"])
def test_who_is_no_address_or_in_the_team_already_is_not_invited(world, marie, email):
    before = members(world)
    refused = marie.post("/team", {"email": email, "role": "viewer"})
    assert refused.status_code == 422
    assert "elle voit déjà ces cartes" in refused.text
    assert f'value="{email}"' in refused.text
    assert members(world) == before


def test_a_role_that_is_none_of_the_two_is_the_smaller_one(world, marie):
    marie.post("/team", NEW | {"role": "ops"})
    with world.directory.read() as conn:
        [made] = invitations.of_account(conn, world.mine.account, world.clock.now_ms)
    assert made.role == "viewer"


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
