"""Notes beside the figures of a day: written, kept on their card, deleted."""

import re
from html import unescape

import pytest

DAY = "2026-11-19"
ADDRESS = "/cards/{}/notes?period=7&source=qr"


@pytest.fixture(scope="module")
def owner(lasting_world):
    return lasting_world.visitor(lasting_world.owner)


def write(owner, card, day, text):
    return owner.post(ADDRESS.format(card.id), {"day": day, "text": text})


def test_a_note_is_on_the_page_of_its_days_and_the_address_keeps_period_and_filters(
    lasting_world, owner
):
    mine = lasting_world.mine.id
    answer = write(owner, lasting_world.mine, DAY, "Salon de <Lyon>")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/cards/{mine}?period=7&source=qr#notes"
    assert "Salon de &lt;Lyon&gt;" in owner.get(f"/cards/{mine}?period=7").text
    assert "Salon de" not in owner.get(f"/cards/{mine}?from=2026-10-01&to=2026-10-31").text
    assert "Salon de" not in owner.get(f"/cards/{lasting_world.second.id}?period=7").text


@pytest.mark.parametrize(
    ("day", "text", "sentence"),
    [
        ("2026-02-30", "Salon", "Ce n’est pas une date."),
        ("hier", "Salon", "Ce n’est pas une date."),
        (DAY, "", "Écrivez quelques mots"),
    ],
)
def test_a_note_that_cannot_be_kept_is_said_beside_its_field_with_what_was_typed(
    lasting_world, owner, day, text, sentence
):
    answer = write(owner, lasting_world.mine, day, text)
    assert sentence in unescape(answer.text)
    assert f'value="{day}"' in answer.text
    assert f'value="{text}"' in answer.text


def test_a_note_may_be_of_the_first_day_of_its_card_and_of_none_before(lasting_world, owner):
    second = lasting_world.second
    refused = write(owner, second, "2026-10-20", "Salon de Brest")
    assert "La carte n’existait pas encore ce jour-là." in unescape(refused.text)
    assert 'aria-describedby="day-error"' in refused.text
    assert 'value="Salon de Brest"' in refused.text
    # Made on 21 October at 21:30 in its zone.
    assert write(owner, second, "2026-10-21", "Ouverture").status_code == 303


def test_a_note_is_deleted_by_its_card_alone(lasting_world, owner):
    mine, second = lasting_world.mine, lasting_world.second
    write(owner, second, DAY, "Portes ouvertes")
    page = owner.get(f"/cards/{second.id}").text
    [note] = re.findall(r'name="note" value="([^"]+)"', page)
    owner.post(f"/cards/{mine.id}/notes/delete", {"note": note})
    assert "Portes ouvertes" in owner.get(f"/cards/{second.id}").text
    for _ in ("once", "and again, from another tab"):
        answer = owner.post(f"/cards/{second.id}/notes/delete", {"note": note})
        assert answer.headers["location"] == f"/cards/{second.id}#notes"
    assert "Portes ouvertes" not in owner.get(f"/cards/{second.id}").text
