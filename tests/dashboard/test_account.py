"""The whole account: its language, all of its data to take away, and its end."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from pipeline.jobs import INTAKE_MS, JOBS, Context, run_job
from schema.directory import accounts, cards, erasures, items, users
from schema.directory.tables import audit
from schema.settings import load


@pytest.fixture
def marie(world):
    return world.visitor(world.owner)


def test_all_of_the_data_is_in_one_file_without_secrets_and_without_the_data_of_others(
    world, marie
):
    with world.directory.write() as conn:
        for card, label in ((world.mine, "=1+1"), (world.foreign, "Garage")):
            items.create(conn, card=card.id, medium="qr", label=label, now_ms=1)
    world.store_events(world.event(world.mine, "2026-11-20T10:00:00+01:00"))
    answer = marie.get("/account/export.zip")
    assert answer.headers["content-type"] == "application/zip"
    found = ZipFile(BytesIO(answer.content))
    assert found.testzip() is None
    texts = {name: found.read(name).decode("utf-8-sig") for name in found.namelist()}
    told = json.loads(texts["account.json"])
    assert [each["email"] for each in told["users"]] == [world.viewer, world.owner]
    assert {each["id"] for each in told["cards"]} == {world.mine.id, world.second.id}
    assert "'=1+1" in texts["items.csv"]
    days = texts[f"figures/{world.mine.id}/trend.csv"].splitlines()
    assert days[-1].startswith("2026-11-20;1;")
    everything = "".join(texts.values())
    assert [
        word for word in ("hash", "argon2", world.stranger, "Garage") if word in everything
    ] == []


def test_an_account_is_deleted_with_its_name_and_a_password_and_nothing_of_it_stays(
    world, marie, tmp_path
):
    leo = world.visitor(world.viewer)
    world.store_events(
        world.event(world.mine, "2026-11-20T10:00:00+01:00"),
        world.event(world.foreign, "2026-11-20T10:00:00+01:00"),
    )
    typed = {"typed_name": "Atelier Moreau", "password": world.password}
    gone = marie.post("/account/delete", typed)
    assert (gone.status_code, "Votre compte est supprimé" in gone.text) == (200, True)
    assert leo.get(f"/cards/{world.mine.id}").headers["location"].startswith("/login")
    assert marie.sign_in(world.owner, world.password).status_code == 422

    settings = load({"BALISE_DATA": str(tmp_path)}, tmp_path)
    context = Context(world.store, world.directory, world.clock, settings)
    erase = next(job for job in JOBS if job.name == "erase")
    assert run_job(erase, context) == 0  # a collector may not know yet
    world.clock.advance(seconds=INTAKE_MS // 1000)
    assert (run_job(erase, context), run_job(erase, context)) == (2, 0)
    assert list(world.store.rows("SELECT toString(card) FROM events")) == [(world.foreign.id,)]
    with world.directory.read() as conn:
        told = {
            (line.actor.partition(":")[0], line.action) for line in conn.execute(audit.select())
        }
    assert told == {("user", action) for action in ("erase.begin", "erase.account", "erase.card")}


@pytest.mark.parametrize(
    ("wrong", "sentences"),
    [
        ({"typed_name": "Atelier"}, 1),
        ({"password": "something else"}, 1),
        ({"typed_name": "x", "password": ""}, 2),
    ],
)
def test_an_account_is_not_deleted_by_mistake(world, marie, wrong, sentences):
    typed = {"typed_name": "Atelier Moreau", "password": world.password} | wrong
    refused = marie.post("/account/delete", typed)
    assert (refused.status_code, refused.text.count('class="wrong"')) == (422, sentences)
    assert f'value="{typed["typed_name"]}"' in refused.text
    with world.directory.read() as conn:
        assert (cards.get(conn, world.mine.id), erasures.every(conn)) == (world.mine, [])


def test_the_account_has_a_name_and_a_language(world, marie):
    assert marie.post("/account", {"name": "Atelier M.", "locale": "en"}).status_code == 303
    with world.directory.read() as conn:
        account = accounts.get(conn, world.mine.account)
    assert (account.name, account.locale) == ("Atelier M.", "en")
    refused = marie.post("/account", {"name": "x" * 201, "locale": "fr"})
    assert (refused.status_code, "x" * 201 in refused.text) == (422, True)


@pytest.mark.parametrize(("chosen", "kept"), [("en", "en"), ("fr", "fr"), ("tlh", "fr")])
def test_everybody_chooses_the_language_of_their_pages(world, chosen, kept):
    leo = world.visitor(world.viewer)
    leo.post("/you/language", {"locale": chosen})
    assert f'<html lang="{kept}">' in leo.get("/you").text
    with world.directory.read() as conn:
        assert users.by_email(conn, world.viewer).locale == kept


def test_no_tier_takes_figures_away_that_it_does_not_see(world):
    visitor = world.visitor(world.stranger)
    with ZipFile(BytesIO(visitor.get("/account/export.zip").content)) as found:
        assert found.namelist() == ["account.json", "cards.csv", "items.csv"]
