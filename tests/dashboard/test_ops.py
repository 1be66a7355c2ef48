"""What ops sees: whether everything runs, who has bought what, what was done."""

import pytest

from schema.directory import accounts, runs


@pytest.fixture
def ops(world):
    return world.visitor(world.ops)


def test_health_tells_jobs_spool_and_whether_the_ledger_balances(world, ops):
    with world.directory.write() as conn:
        well = runs.start(conn, "roll", world.clock.now_ms)
        runs.finish(conn, well, now_ms=world.clock.now_ms, rows=1)
        bad = runs.start(conn, "backup", world.clock.now_ms)
        runs.finish(conn, bad, now_ms=world.clock.now_ms, rows=None, error="The disk is full.")
    page = ops.get("/ops").text
    assert "Le compte est bon" in page
    assert "<code>roll</code>" in page
    assert "The disk is full." in page


def test_a_ledger_that_does_not_balance_names_the_card(world, ops):
    world.store.run(
        "INSERT INTO ledger VALUES (today(), {card:String}, 'accepted', '', 3)",
        {"card": world.mine.id},
    )
    page = ops.get("/ops").text
    world.store.run("TRUNCATE TABLE ledger")
    assert "Le compte n’est pas bon" in page
    assert world.mine.id in page


def test_an_account_gets_another_tier(world, ops):
    assert "Atelier Moreau" in ops.get("/ops/accounts").text
    assert "Garage Hoarau" not in ops.get("/ops/accounts?name=ATELIER").text
    changed = ops.post("/ops/accounts", {"account": world.mine.account, "tier": "multi_cartes"})
    assert changed.status_code == 303
    with world.directory.read() as conn:
        assert accounts.get(conn, world.mine.account).tier == "multi_cartes"
    trail = ops.get("/ops/trail").text
    assert "account.change" in trail
    assert f"{world.mine.account} multi_cartes" in trail


@pytest.mark.parametrize("typed", [{"account": "gone"}, {"tier": "gold"}, {}])
def test_what_cannot_be_changed_changes_nothing(world, ops, typed):
    given = {"account": world.mine.account, "tier": "premium"} | typed
    assert ops.post("/ops/accounts", given).status_code == 303
    with world.directory.read() as conn:
        assert accounts.get(conn, world.mine.account).tier == "premium"


def test_rows_in_quarantine_are_shown_with_their_reason_and_run_nothing(world, ops):
    world.store.run(
        "INSERT INTO quarantine VALUES ('c', now64(3), 't', 0, 'It is no JSON', {body:String})",
        {"body": "<script>alert(1)</script>"},
    )
    page = ops.get("/ops/quarantine").text
    world.store.run("TRUNCATE TABLE quarantine")
    assert "It is no JSON" in page
    assert "<script>alert" not in page
    assert "Rien n’est en quarantaine." in ops.get("/ops/quarantine").text


@pytest.mark.parametrize("path", ["/ops", "/ops/accounts", "/ops/quarantine", "/ops/trail"])
def test_owners_see_nothing_of_it(world, path):
    assert world.visitor(world.owner).get(path).status_code == 403
