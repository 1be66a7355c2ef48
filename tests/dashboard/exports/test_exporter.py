"""Files that take long: made by a job, for whoever may see them, for some hours."""

import stat
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select, update

from dashboard.exports import exporter as making
from dashboard.exports import wanted
from schema.directory import accounts, audit, cards, export_jobs, leases, users
from schema.directory.export_jobs import KEPT_MAX, LIFETIME_MS, TRIES_MAX
from schema.directory.tables import accounts as accounts_table
from schema.directory.tables import export_jobs as table
from schema.errors import Unavailable

PERIOD = "period=custom&from=2026-11-01&to=2026-11-20"
LONG = f"/cards/export.pdf?{PERIOD}"


@pytest.fixture(autouse=True)
def everything_takes_long(monkeypatch):
    monkeypatch.setattr(wanted, "CARD_DAYS_MAX", 10)


@pytest.fixture
def app(world):
    tier(world, "multi_cartes")
    for n in range(6):
        world.store_events(
            world.event(world.mine, f"2026-11-1{n}T10:00:00+01:00", visitor=n, source="qr")
        )
    return world.app()


@pytest.fixture
def owner(world, app):
    return world.visitor(world.owner, app)


def tier(world, name):
    with world.directory.write() as conn:
        mine = accounts_table.c.id == world.mine.account
        conn.execute(update(accounts_table).where(mine).values(tier=name))


def asked(visitor, path=LONG):
    answer = visitor.get(path)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def make_all(app):
    app.state.site.exporter.make_all()


def files(world):
    folder = world.spool.with_name("exports")
    return sorted(folder.iterdir()) if folder.is_dir() else []


def job(world, address):
    with world.directory.read() as conn:
        return export_jobs.get(conn, address.rpartition("/")[2], world.clock.now_ms)


def test_what_is_short_is_answered_at_once_and_csv_always(owner, world):
    assert owner.get("/cards/export.pdf?period=today").status_code == 200
    assert owner.get(f"/cards/export.csv?{PERIOD}").status_code == 200
    assert owner.get(f"/cards/{world.mine.id}/export.xlsx?period=7").status_code == 200


def test_a_file_that_takes_long_waits_at_an_address_of_its_own(owner, app):
    address = asked(owner)
    page = owner.get(address)
    assert "<progress" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert owner.get(f"{address}/file").headers["location"] == address
    make_all(app)
    page = owner.get(address)
    assert "Votre fichier est prêt." in page.text
    assert "refresh" not in page.text
    answer = owner.get(f"{address}/file")
    assert answer.headers["content-type"] == "application/pdf"
    assert (
        "balise-atelier-moreau-2026-11-01-2026-11-20.pdf" in (answer.headers["content-disposition"])
    )
    text = "\n".join(each.extract_text() for each in PdfReader(BytesIO(answer.content)).pages)
    assert "Marie Moreau" in text


def test_it_says_what_the_file_at_once_says(owner, app, world, monkeypatch):
    path = f"/cards/{world.mine.id}/export.xlsx?{PERIOD}&source=qr"
    address = asked(owner, path)
    make_all(app)
    later = load_workbook(BytesIO(owner.get(f"{address}/file").content))
    monkeypatch.setattr(wanted, "CARD_DAYS_MAX", 1_000)
    at_once = load_workbook(BytesIO(owner.get(path).content))
    assert later.sheetnames == at_once.sheetnames
    for name in later.sheetnames:
        assert list(later[name].values) == list(at_once[name].values)
    assert sum(row[1] for row in list(later["Tendance"].values)[1:]) == 6


def test_asked_for_again_it_is_the_same_job_until_it_is_made(owner, app):
    first = asked(owner)
    assert asked(owner) == first
    assert asked(owner, LONG + "&source=qr") != first
    make_all(app)
    assert asked(owner) != first


def test_the_file_is_for_nobody_else_on_the_machine(owner, app, world):
    asked(owner)
    make_all(app)
    [path] = files(world)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_link_runs_out_and_the_file_goes(owner, app, world):
    address = asked(owner)
    make_all(app)
    world.clock.now_ms += LIFETIME_MS - 1
    make_all(app)
    assert len(files(world)) == 1
    world.clock.now_ms += 1
    make_all(app)
    assert files(world) == []
    assert owner.get(address).status_code == 404
    assert owner.get(f"{address}/file").status_code == 404


def test_those_of_the_account_and_ops_see_it_and_nobody_else(owner, app, world):
    address = asked(owner)
    make_all(app)
    for email, status in ((world.viewer, 200), (world.ops, 200), (world.stranger, 404)):
        visitor = world.visitor(email, app)
        assert visitor.get(address).status_code == status
        assert visitor.get(f"{address}/file").status_code == status
    assert world.visitor(None, app).get(f"{address}/file").status_code == 303


def test_what_ops_had_made_holds_everything_and_is_for_ops_alone(owner, app, world):
    tier(world, "premium")
    ops = world.visitor(world.ops, app)
    address = asked(ops, f"/cards/{world.mine.id}/export.pdf?{PERIOD}")
    make_all(app)
    assert ops.get(f"{address}/file").status_code == 200
    assert owner.get(address).status_code == 404
    assert owner.get(f"{address}/file").status_code == 404


def test_a_downgrade_closes_it(owner, app, world):
    address = asked(owner)
    make_all(app)
    tier(world, "force_de_vente")
    assert owner.get(f"{address}/file").status_code == 404
    tier(world, "multi_cartes")
    assert owner.get(f"{address}/file").status_code == 200


@pytest.mark.parametrize("gone", ["account", "card"])
def test_it_goes_with_its_account_and_with_its_card(owner, app, world, gone):
    asked(owner, f"/cards/{world.mine.id}/export.pdf?{PERIOD}")
    make_all(app)
    with world.directory.write() as conn:
        if gone == "account":
            accounts.delete(conn, world.mine.account)
        else:
            cards.delete(conn, world.mine.id)
    make_all(app)
    assert files(world) == []


def test_one_whose_process_was_killed_is_made_by_the_next(owner, app, world):
    address = asked(owner)
    with world.directory.write() as conn:
        export_jobs.begin(conn, job(world, address).id)
    world.spool.with_name("exports").mkdir()
    half = world.spool.with_name("exports") / f"{job(world, address).id}.part"
    half.write_bytes(b"half")
    make_all(world.app())
    assert owner.get(f"{address}/file").content.startswith(b"%PDF")
    assert not half.exists()


def test_one_that_ends_every_process_that_makes_it_is_given_up(owner, app, world):
    address = asked(owner)
    with world.directory.write() as conn:
        for _ in range(TRIES_MAX):
            export_jobs.begin(conn, job(world, address).id)
    make_all(app)
    assert job(world, address).error == "failed"
    assert "n’a pas été fait" in owner.get(address).text


def test_one_that_another_process_makes_is_left_to_it(owner, app, world):
    address = asked(owner)
    name = f"export {job(world, address).id}"
    with world.directory.write() as conn:
        leases.take(conn, name, "another", world.clock.now_ms, 60_000)
    make_all(app)
    assert job(world, address).finished_ms is None


def test_while_the_store_is_away_it_waits(owner, app, world, monkeypatch):
    address = asked(owner)

    def away(*given, on_paper):
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(wanted.of_cards, "report", away)
        for _ in range(TRIES_MAX + 1):
            make_all(app)
        assert job(world, address).finished_ms is None
    make_all(app)
    assert job(world, address).is_done


def test_a_file_that_is_lost_is_made_again(owner, app, world):
    address = asked(owner)
    make_all(app)
    files(world)[0].unlink()
    assert owner.get(f"{address}/file").headers["location"] == address
    assert "<progress" in owner.get(address).text
    make_all(app)
    assert owner.get(f"{address}/file").status_code == 200


def test_one_that_is_too_large_says_so_and_leaves_nothing(owner, app, world, monkeypatch):
    monkeypatch.setattr(making, "BYTES_MAX", 1_000)
    addresses = [asked(owner), asked(owner, LONG.replace("pdf", "xlsx"))]
    make_all(app)
    assert files(world) == []
    for address in addresses:
        assert "trop lourd" in owner.get(address).text


def test_an_account_has_so_many_and_the_oldest_makes_room(owner, app, world):
    addresses = [asked(owner)]
    world.clock.advance(seconds=1)
    paths = [f"{LONG}&referrer=s{n}.example" for n in range(KEPT_MAX - 1)]
    addresses += [asked(owner, path) for path in paths]
    refused = owner.get(f"{LONG}&source=wallet")
    assert refused.status_code == 429
    assert "Trop de fichiers à la fois" in refused.text
    make_all(app)
    asked(owner, f"{LONG}&source=wallet")
    assert owner.get(addresses[0]).status_code == 404
    assert owner.get(addresses[1]).status_code == 200


def test_who_asked_and_who_took_stands_in_the_trail(owner, app, world):
    address = asked(owner)
    make_all(app)
    viewer = world.visitor(world.viewer, app)
    viewer.get(f"{address}/file")
    with world.directory.read() as conn:
        lines = [each for each in audit.latest(conn, 9) if each.action.startswith("export.")]
        actors = [users.by_email(conn, email).id for email in (world.viewer, world.owner)]
    assert [line.action for line in lines] == ["export.take", "export.ask"]
    assert [line.actor for line in lines] == [f"user:{id}" for id in actors]


def test_a_running_exporter_makes_it_by_itself_and_stops(owner, app, world):
    exporter = app.state.site.exporter
    exporter.start()
    address = asked(owner)
    while job(world, address).finished_ms is None:
        owner.get(address)
    exporter.stop()
    assert owner.get(f"{address}/file").status_code == 200


def test_nothing_is_kept_of_an_address_that_means_nothing(owner, world):
    asked(owner, LONG + "&x=" + "y" * 500)
    with world.directory.read() as conn:
        [query] = conn.scalars(select(table.c.query))
    assert query == {"period": "custom", "from": "2026-11-01", "to": "2026-11-20"}


def test_a_page_lists_the_files_of_the_account_and_until_when_they_wait(world, owner, app):
    assert "Aucun fichier" in owner.get("/exports").text
    asked(owner)
    made = asked(owner, f"/cards/{world.mine.id}/export.xlsx?{PERIOD}")
    waiting = owner.get("/exports").text
    assert waiting.count("<progress") == 2
    assert "data-waits" in waiting
    make_all(app)
    ready = owner.get("/exports").text
    assert f'href="{made}/file"' in ready
    assert "balise-marie-moreau-2026-11-01-2026-11-20.xlsx" in ready
    assert "05:30 UTC" in ready  # twelve hours after half past six in Paris
    world.clock.advance(hours=13)
    assert "Aucun fichier" in owner.get("/exports").text


def test_the_list_holds_what_its_reader_may_take_and_nothing_else(world, owner, app):
    address = asked(owner)
    assert address not in world.visitor(world.stranger, app).get("/exports").text
    ops = world.visitor(world.ops, app)
    assert ops.get("/exports").headers["location"] == "/ops/accounts"
    assert "<progress" in ops.get(f"/exports?account={world.mine.account}").text
    tier(world, "premium")
    assert "Aucun fichier" in owner.get("/exports").text
