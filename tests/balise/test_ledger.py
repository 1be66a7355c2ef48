import pytest

from schema.testing import prepared
from schema.testing.events import CARD, NOW_MS, spooled
from schema.testing.spools import PlainSpool


@pytest.fixture
def spool(tmp_path):
    prepared.installation(tmp_path / "var")
    spool = PlainSpool(tmp_path / "var" / "spool")
    spool.commit([spooled(1), spooled(2, at=NOW_MS - 24 * 3_600_000)])
    yield spool
    spool.close()


def test_what_is_received_and_pending_is_shown_and_balances(shell, spool):
    told = shell("ledger")
    assert told.code == 0
    assert told.out.splitlines()[-1] == "It balances."
    assert told.out.splitlines()[0].split()[:3] == ["day", "card", "received"]


def test_a_card_and_days_can_be_chosen(shell, spool):
    answer = shell("ledger", "--card", CARD, "--from", "2026-11-20", "--to", "2026-11-20", "--json")
    assert answer.json["balanced"] is True
    [line] = answer.json["lines"]
    assert (line["day"], line["received"], line["pending"]) == ("2026-11-20", 1, 1)
    assert shell("ledger", "--card", "nobody00", "--json").json["lines"] == []


def test_a_ledger_that_does_not_balance_is_an_error_and_shows_where(shell, spool):
    spool.count(CARD, "accepted", 4)
    answer = shell("ledger", "--json")
    assert answer.code == 1
    assert f"The ledger of {CARD} does not balance: events missing: 4." in answer.err
    assert shell("ledger", "--card", "nobody00", "--json").code == 0
    assert [line["missing"] for line in answer.json["lines"]] == [0, 4]
