"""Files for programs: at once, or later at an address of their own."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from dashboard.exports import wanted
from schema.directory.tables import accounts

PERIOD = {"from": "2026-11-01", "to": "2026-11-20"}


@pytest.fixture
def app(world, monkeypatch):
    monkeypatch.setattr(wanted, "CARD_DAYS_MAX", 10)
    with world.directory.write() as conn:
        conn.execute(update(accounts).values(tier="multi_cartes"))
    return world.app()


@pytest.fixture
def mine(world, app, asking):
    return asking(world.mine.account, app)


def path(answer):
    return answer.headers["location"].partition("/api/v1")[2]


def test_a_short_file_of_all_cards_comes_at_once(world, mine):
    answer = mine.get(f"/accounts/{world.mine.account}/export.csv", subject="cards", **PERIOD)
    assert answer.status_code == 200
    assert "Marie Moreau" in answer.text


def test_a_long_one_is_accepted_looked_after_and_taken(world, app, mine):
    answer = mine.get(f"/accounts/{world.mine.account}/export.xlsx", **PERIOD)
    assert answer.status_code == 202
    assert answer.headers["retry-after"] == "2"
    assert (answer.json()["state"], answer.json()["file"]) == ("waiting", None)
    assert answer.json()["url"] == answer.headers["location"]
    assert mine.get(path(answer) + "/file").status_code == 404
    app.state.site.exporter.make_all()
    told = mine.get(path(answer)).json()
    assert (told["state"], told["part"], told["error"]) == ("done", 1.0, "")
    taken = mine.get(told["file"].partition("/api/v1")[2])
    assert "Cartes" in load_workbook(BytesIO(taken.content)).sheetnames


def test_of_one_card_as_well(world, app, mine):
    answer = mine.get(f"/cards/{world.mine.id}/export.pdf", **PERIOD)
    assert answer.status_code == 202
    app.state.site.exporter.make_all()
    assert mine.get(path(answer) + "/file").content.startswith(b"%PDF")


def test_another_account_finds_nothing_there(world, app, mine, asking):
    answer = mine.get(f"/cards/{world.mine.id}/export.pdf", **PERIOD)
    app.state.site.exporter.make_all()
    foreign = asking(world.foreign.account, app)
    for end in ("", "/file"):
        found, never = foreign.get(path(answer) + end), foreign.get("/exports/aaaa" + end)
        assert (found.status_code, found.content) == (404, never.content)
    assert asking(None, app).get(path(answer) + "/file").status_code == 200


def test_a_refused_question_makes_no_job(world, mine):
    answer = mine.get(f"/cards/{world.mine.id}/export.pdf", **PERIOD, country="france")
    assert answer.status_code == 400
    assert mine.get(f"/accounts/{world.mine.account}/export.pdf", group="x").status_code == 404


def test_the_state_says_what_went_wrong(world, app, mine, monkeypatch):
    monkeypatch.setattr("dashboard.exports.exporter.BYTES_MAX", 100)
    answer = mine.get(f"/cards/{world.mine.id}/export.pdf", **PERIOD)
    app.state.site.exporter.make_all()
    told = mine.get(path(answer)).json()
    assert (told["state"], told["error"], told["file"]) == ("failed", "large", None)
