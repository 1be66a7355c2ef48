"""A card shown to whoever has its link: as much as the account has bought, to look at only."""

import re
from html import unescape

import pytest

from schema.directory import accounts, shared_links

PASSWORD = "un mot pour le conseil"


@pytest.fixture
def marie(world):
    return world.visitor(world.owner)


@pytest.fixture
def share(world, marie):
    """Makes a link; gives its path."""

    def make(**typed: str) -> str:
        page = marie.post(f"/cards/{world.mine.id}/share", {"label": "Conseil"} | typed).text
        return re.search(rf"{re.escape(world.origin)}(/s/[\w-]+)", page)[1]

    return make


def test_whoever_has_the_link_sees_the_card_without_an_account(world, share):
    guest = world.visitor()
    page = guest.get(share())
    assert page.status_code == 200
    assert "Marie Moreau" in page.text
    assert "/export" not in page.text
    assert "/notes" not in page.text
    assert guest.get(f"/cards/{world.mine.id}").status_code == 303


def test_the_form_is_empty_for_the_next_link(world, marie):
    page = marie.post(f"/cards/{world.mine.id}/share", {"label": "Conseil"}).text
    assert 'value="Conseil"' not in page


def test_a_guest_sees_as_much_as_the_account_has_bought(world, share):
    link = share()
    assert 'id="period"' in world.visitor().get(link).text
    with world.directory.write() as conn:
        accounts.change(conn, world.mine.account, tier="essentiel")
    assert 'id="period"' not in world.visitor().get(link).text


def test_a_link_with_a_password_shows_nothing_before_it(world, share):
    link, guest = share(password=PASSWORD), world.visitor()
    assert "Marie Moreau" not in guest.get(link).text
    wrong = guest.post(link, {"password": "guess"})
    assert (wrong.status_code, "Marie Moreau" in wrong.text) == (422, False)
    assert guest.post(link, {"password": PASSWORD}).headers["location"] == link
    assert "Marie Moreau" in guest.get(link).text
    assert "Marie Moreau" not in world.visitor().get(link).text


def test_guessing_the_password_of_a_link_is_slowed_down(world, share):
    link, guest = share(password=PASSWORD), world.visitor()
    answers = [guest.post(link, {"password": f"guess {n}"}).status_code for n in range(11)]
    assert answers[-1] == 429


def test_a_link_may_be_put_in_a_frame_and_the_other_pages_may_not(world, share):
    link = share()
    framed = world.visitor().get(f"{link}/frame")
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in world.visitor().get(link).headers["content-security-policy"]
    assert world.visitor().get(f"{share(password=PASSWORD)}/frame").status_code == 404


def test_a_link_ends_after_its_last_day_in_the_zone_of_the_card(world, share):
    link = share(until="2026-11-21")
    world.clock.advance(seconds=29 * 3_600 + 1_799)  # it is 18:30 on the 20th
    assert world.visitor().get(link).status_code == 200
    world.clock.advance(seconds=1)
    over = world.visitor().get(link)
    assert (over.status_code, "n’est plus valable" in over.text) == (404, True)


def test_a_revoked_link_shows_nothing(world, marie, share):
    link = share()
    with world.directory.read() as conn:
        [known] = shared_links.of_card(conn, world.mine.id)
    world.visitor(world.stranger).post(
        f"/cards/{world.foreign.id}/share/revoke", {"link": known.id}
    )
    assert world.visitor().get(link).status_code == 200
    marie.post(f"/cards/{world.mine.id}/share/revoke", {"link": known.id})
    assert world.visitor().get(link).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("label", " ", "Donnez un nom de 200 caractères visibles au plus."),
        ("until", "2026-11-01", "Choisissez un jour à venir, ou aucun."),
        ("until", "bientôt", "Choisissez un jour à venir, ou aucun."),
        ("password", "court", "Au moins 10 caractères"),
    ],
)
def test_a_link_that_cannot_be_made_is_told_beside_the_field(world, marie, field, typed, sentence):
    refused = marie.post(
        f"/cards/{world.mine.id}/share", {"label": "Conseil", "until": "2026-12-24", field: typed}
    )
    assert refused.status_code == 422
    wrong = dict(re.findall(r'<p class="wrong" id="(\w+)-error">([^<]+)', refused.text))
    assert list(wrong) == [field]
    assert sentence in unescape(wrong[field])
    kept = {"label": "Conseil", "until": "2026-12-24", field: typed} | {"password": ""}
    for name, value in kept.items():
        assert re.search(rf'name="{name}" type="\w+" value="{value}"', refused.text)
    with world.directory.read() as conn:
        assert shared_links.of_card(conn, world.mine.id) == []


@pytest.mark.parametrize("token", ["nobody", "x" * 3_000, "%00"])
def test_another_token_is_a_sentence(world, token):
    assert world.visitor().get(f"/s/{token}").status_code == 404
