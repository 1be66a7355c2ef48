"""What ops sees: whether everything runs, who has bought what, what was done."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from pipeline.backfill import STOPPED
from pipeline.jobs import JOBS, Context, run_job
from pipeline.reclassify import under_way
from pipeline.recompute import FAILED
from pipeline.watch import imbalances
from schema.days import DAY_MS
from schema.directory import accounts, backfills, horizons, restored, runs, tables
from schema.settings import load


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
    assert 'le journal dit\xa0: <span lang="en">The disk is full.</span>' in page


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


@pytest.mark.parametrize("path", ["/cards", "/cards?period=7", "/exports", "/cards?account="])
def test_ops_choose_an_account_before_they_see_its_cards_or_files(ops, path):
    assert ops.get(path).headers["location"] == "/ops/accounts"


def test_an_account_that_is_not_there_is_not_found(ops):
    for path in ("/cards?account=gone", "/exports?account=gone"):
        assert ops.get(path).status_code == 404


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


@pytest.mark.parametrize(
    "path", ["/ops", "/ops/accounts", "/ops/backfill", "/ops/quarantine", "/ops/trail"]
)
def test_owners_see_nothing_of_it(world, path):
    assert world.visitor(world.owner).get(path).status_code == 403


def test_an_account_is_made_with_a_card_and_somebody_who_chooses_a_password(world, ops):
    typed = {"new_name": "Café Payet", "tier": "premium", "locale": "fr"}
    path = ops.post("/ops/accounts/new", typed).headers["location"]
    card = {"name": "Luc Payet", "url": "https://cafe.example/luc", "zone": "Indian/Reunion"}
    made = ops.post(f"{path}/cards", card | {"origins": ""}).headers["location"]
    assert re.fullmatch(r"/cards/\w{8}/install", made)
    page = ops.post(f"{path}/users", {"email": "luc@cafe.example", "role": "owner"}).text
    link = re.search(rf"{re.escape(world.origin)}(/invitation/[\w-]+)", page)[1]
    luc = world.visitor()
    assert luc.post(link, {"password": "un café au soleil"}).status_code == 303
    assert luc.get(made).status_code == 200
    assert "luc@cafe.example" in ops.get(path).text
    trail = ops.get("/ops/trail").text
    assert all(done in trail for done in ("account.create", "card.create", "user.invite"))


@pytest.mark.parametrize(
    ("path", "typed", "sentences"),
    [
        ("new", {"new_name": " ", "tier": "premium", "locale": "fr"}, 1),
        ("{account}/cards", {"name": "Kept", "url": "x", "zone": "Mars", "origins": "y"}, 3),
        ("{account}/users", {"email": "kept@no", "role": "owner"}, 1),
    ],
)
def test_what_cannot_be_made_is_told_beside_its_field_and_kept_as_typed(
    world, ops, path, typed, sentences
):
    path = path.replace("{account}", world.mine.account)
    refused = ops.post(f"/ops/accounts/{path}", typed)
    assert (refused.status_code, refused.text.count('class="wrong"')) == (422, sentences)
    assert all(f'value="{text}"' in refused.text for text in typed.values() if "ept" in text)


def test_nothing_is_made_for_an_account_that_is_gone(ops):
    for path in ("cards", "users"):
        assert ops.post(f"/ops/accounts/gone/{path}", {}).status_code == 404


def test_what_a_job_found_wrong_is_said_in_the_readers_language(world, ops):
    alarms = imbalances({world.mine.id: 2})
    with world.directory.write() as conn:
        run = runs.start(conn, "ledger", world.clock.now_ms)
        runs.note(conn, run, {runs.ALARMS: alarms})
        runs.finish(conn, run, now_ms=world.clock.now_ms, rows=None, error=str(alarms[0]))
    page = ops.get("/ops").text
    assert f"Le compte de {world.mine.id} n’est pas bon\xa0: événements manquants\xa0: 2." in page
    assert "does not balance" not in page


def test_days_that_are_computed_again_tell_how_far_they_are(world, ops):
    asked = {"from": "2026-10-01", "to": "2026-10-31", "cards": [], "recipe": 1, "done": []}
    with world.directory.write() as conn:
        run = runs.start(conn, "backfill", world.clock.now_ms)
        runs.note(conn, run, asked | {"events": 30, "of_events": 120})
    page = ops.get("/ops").text
    assert 'max="1" value="0.25"' in page
    assert "en cours" in page
    with world.directory.write() as conn:
        runs.finish(conn, run, now_ms=world.clock.now_ms, rows=9, error=STOPPED)
    assert ops.get("/ops").text.count("interrompue\xa0: redemandée") == 2


RULE = "bot.library"
DAYS = {"first": "2026-11-20", "last": "2026-11-20"}


@pytest.fixture
def caught(world):
    """Yesterday and today, a program was taken for what it is."""
    by_curl = {"agent": "curl/8.9.1", "rule": RULE, "class": "bot"}
    world.store_events(
        *(world.event(world.mine, f"2026-11-{day}T10:00:00+01:00", **by_curl) for day in (19, 20))
    )


def classes(world):
    return [row[0] for row in world.store.rows("SELECT toString(class) FROM events ORDER BY at")]


def test_what_a_rule_caught_counts_again_on_the_days_that_are_said(world, ops, caught, tmp_path):
    settings = load({"BALISE_DATA": str(tmp_path)}, tmp_path)
    context = Context(world.store, world.directory, world.clock, settings)
    change = next(job for job in JOBS if job.name == "reclassify")
    typed = {"card": world.mine.id, "rule": RULE}
    shown = ops.post("/ops/rules", typed | DAYS)
    assert (shown.status_code, "1 événements en tout" in shown.text) == (200, True)
    views = r'Vues</th><td class="n">0</td><td class="n">1</td><td class="n">\+1<'
    assert re.search(views, shown.text)
    with world.directory.read() as conn:
        assert restored.every(conn) == []
    sure = {"step": "restore"}
    assert ops.post("/ops/rules", typed | DAYS | sure).status_code == 303
    assert "1 événement est en cours de modification" in ops.get("/ops/rules").text
    busy = ops.post("/ops/rules", typed | DAYS | sure)
    assert (busy.status_code, "Réessayez dans une minute" in busy.text) == (422, True)
    assert run_job(change, context) == 1
    assert classes(world) == ["bot", "human"]
    assert ops.post("/ops/rules/withdraw", typed).status_code == 303
    run_job(change, context)
    assert classes(world) == ["bot", "bot"]
    assert "Toutes les règles valent" in ops.get("/ops/rules").text
    assert ops.post("/ops/rules/withdraw", typed).status_code == 303
    world.store.run("TRUNCATE TABLE ledger")


@pytest.mark.parametrize(
    ("wrong", "sentences"),
    [
        ({"card": "aaaaaaaa"}, 1),
        ({"rule": "bot.invented"}, 1),
        ({"first": "soon", "card": "%"}, 2),
        ({"last": "2026-11-19"}, 1),
    ],
)
def test_a_rule_that_cannot_be_restored_is_told_beside_its_field(world, ops, wrong, sentences):
    refused = ops.post("/ops/rules", {"card": world.mine.id, "rule": RULE} | DAYS | wrong)
    assert (refused.status_code, refused.text.count('class="wrong"')) == (422, sentences)
    with world.directory.read() as conn:
        assert restored.every(conn) == []
    assert under_way(world.directory) == []


SPAN = {"first": "2026-11-18", "last": "2026-11-19"}


@pytest.fixture
def work(world, tmp_path):
    """What the process that runs the jobs does within half a minute."""
    settings = load({"BALISE_DATA": str(tmp_path)}, tmp_path)
    context = Context(world.store, world.directory, world.clock, settings)
    job = next(job for job in JOBS if job.name == "recompute")
    return lambda: run_job(job, context)


def latest(world):
    with world.directory.read() as conn:
        return next(iter(backfills.latest(conn, 1)), None)


def test_days_are_computed_again_once_ops_have_seen_the_difference(world, ops, work):
    world.store_events(world.event(world.mine, "2026-11-19T10:00:00+01:00"))
    assert ops.post("/ops/backfill", SPAN | {"cards": world.mine.id}).status_code == 303
    waiting = ops.get("/ops/backfill").text
    assert "data-waits" in waiting
    assert "Recherche de ce qui changerait" in waiting
    assert work() == 2
    seen = ops.get("/ops/backfill").text
    assert "data-waits" not in seen
    assert re.search(r'Vues</th><td class="n">0</td><td class="n">1</td><td class="n">\+1<', seen)
    assert "2 jours" not in seen.partition("Avant")[0]
    assert world.store.rows("SELECT count() FROM card_days")[0][0] == 0
    id = str(latest(world).id)
    assert ops.post("/ops/backfill/confirm", {"id": id}).status_code == 303
    assert "Les chiffres sont en cours de calcul" in ops.get("/ops/backfill").text
    assert work() == 2
    assert "Ces jours sont recalculés." in ops.get("/ops/backfill").text
    assert world.store.rows("SELECT sum(views) FROM card_days")[0][0] == 1
    trail = ops.get("/ops/trail").text
    assert f"{id}: 2026-11-18 to 2026-11-19, {world.mine.id}" in trail
    assert "backfill.confirm" in trail


def test_a_difference_that_ops_leave_changes_nothing(world, ops, work):
    ops.post("/ops/backfill", SPAN)
    work()
    assert ops.post("/ops/backfill/leave", {"id": str(latest(world).id)}).status_code == 303
    assert latest(world) is None
    assert "backfill.leave" in ops.get("/ops/trail").text
    assert work() == 0


def test_one_backfill_at_a_time_and_an_answer_of_another_tab_does_nothing(world, ops, work):
    for id in ("1", "", "x", "9" * 30):
        assert ops.post("/ops/backfill/confirm", {"id": id}).status_code == 303
    ops.post("/ops/backfill", SPAN)
    again = ops.post("/ops/backfill", SPAN)
    assert (again.status_code, "n’est pas terminé" in again.text) == (422, True)
    ops.post("/ops/backfill/confirm", {"id": str(latest(world).id)})
    assert latest(world).confirmed_ms is None


def test_a_backfill_that_cannot_be_made_says_why(world, ops, work):
    with world.directory.write() as conn:
        asked = {"first": date(2026, 11, 18), "last": date(2026, 11, 19), "cards": ("gone",)}
        backfills.ask(conn, **asked, actor="user:u1", now_ms=world.clock.now_ms)
    work()
    said = 'le journal dit\xa0: <span lang="en">There is no card'
    assert ops.get("/ops/backfill").text.count(said) == 2
    with world.directory.write() as conn:
        id = backfills.ask(conn, **asked, actor="user:u1", now_ms=world.clock.now_ms).id
        backfills.finish(conn, id, error=FAILED, now_ms=world.clock.now_ms)
    assert "le journal en garde la trace" in ops.get("/ops/backfill").text


@pytest.mark.parametrize(
    ("wrong", "sentences"),
    [
        ({"first": "soon", "last": "later"}, 2),
        ({"last": "2026-11-17"}, 1),
        ({"last": "2026-11-20"}, 1),
        ({"cards": "<b>aaaa</b>, zzzz"}, 1),
        ({"first": "", "last": "", "cards": "x"}, 3),
    ],
)
def test_days_that_cannot_be_computed_are_told_beside_their_field(world, ops, wrong, sentences):
    typed = SPAN | {"cards": world.mine.id} | wrong
    refused = ops.post("/ops/backfill", typed)
    assert (refused.status_code, refused.text.count('class="wrong"')) == (422, sentences)
    assert "<b>aaaa" not in refused.text
    assert latest(world) is None


def test_days_of_which_the_events_are_gone_are_refused_with_the_last_of_them(world, ops):
    with world.directory.write() as conn:
        horizons.move(conn, horizons.RAW, world.clock.now_ms - DAY_MS)
    refused = ops.post("/ops/backfill", SPAN)
    assert (refused.status_code, latest(world)) == (422, None)
    assert "Donnez un jour après le 2026-11-19." in refused.text
    with world.directory.write() as conn:
        conn.execute(sa.update(tables.horizons).values(since_ms=world.clock.now_ms - 2 * DAY_MS))
    assert ops.post("/ops/backfill", SPAN).status_code == 303
