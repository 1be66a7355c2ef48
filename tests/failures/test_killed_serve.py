"""`balise serve` is killed with SIGKILL while clients send; `make bench` does it for longer."""

from schema.testing.installation import install
from schema.testing.kills import kill_under_load

ROUNDS = 10


def test_a_server_killed_at_any_instant_keeps_what_it_acknowledged_once_and_its_ledger(tmp_path):
    install(tmp_path / "var", zone="Pacific/Auckland")
    outcome = kill_under_load(tmp_path / "var", ROUNDS, seed=3)
    assert outcome.acknowledged <= set(outcome.stored)
    assert len(outcome.stored) == len(set(outcome.stored))
    assert len(outcome.acknowledged) > 100
    assert outcome.cut >= ROUNDS - 1
    assert outcome.balanced
    counted = sum(line["human"] + line["automatic"] for line in outcome.ledger)
    assert counted == len(outcome.stored)
    assert sum(line["pending"] for line in outcome.ledger) == 0
