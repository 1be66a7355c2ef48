"""Mails about views: only to who asked, seldom, never at night, with a count and nothing else."""

import re
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from dashboard.alerts import JOB, is_due
from pipeline.jobs import Context, run_job
from schema.directory import accounts, alerts
from schema.directory.tables import alerts as table
from schema.errors import Unavailable
from schema.settings import load
from schema.testing.events import spooled
from schema.testing.mail import Mailbox, mailbox
from schema.testing.spools import PlainSpool

ZONE = "Europe/Paris"
HOUR = 3_600


def ms(local: str) -> int:
    return int(datetime.fromisoformat(f"2026-11-{local}:00+01:00").timestamp() * 1000)


@pytest.mark.parametrize(
    ("pace", "told", "now", "due"),
    [
        ("hour", "20T12:00", "20T12:59", False),
        ("hour", "20T12:00", "20T13:00", True),
        ("hour", "20T12:00", "20T20:59", True),
        ("hour", "20T12:00", "20T21:00", False),
        ("hour", "20T20:30", "21T07:59", False),
        ("hour", "20T20:30", "21T08:00", True),
        ("day", "19T18:01", "20T17:59", False),
        ("day", "19T18:01", "20T18:00", True),
        ("day", "20T09:00", "20T18:00", False),
        ("day", "19T18:01", "20T21:00", False),
        ("day", "19T18:01", "21T09:00", False),
    ],
)
def test_a_mail_goes_out_once_an_hour_by_day_or_once_in_the_evening(pace, told, now, due):
    assert is_due(pace, ms(told), ms(now), ZONE) is due


def test_the_night_is_that_of_the_card():
    now_ms = ms("20T19:00")  # 22:00 in Réunion
    assert is_due("hour", now_ms - 2 * HOUR * 1000, now_ms, ZONE)
    assert not is_due("hour", now_ms - 2 * HOUR * 1000, now_ms, "Indian/Reunion")


@pytest.fixture(scope="module")
def post() -> Mailbox:
    with mailbox() as box:
        yield box


@pytest.fixture
def mails(post):
    post.mails.clear()
    post.refused.clear()
    return post


@pytest.fixture
def app(world, mails):
    with world.directory.write() as conn:
        accounts.change(conn, world.mine.account, tier="force_de_vente")
    return world.app(mail_server=mails.server)


@pytest.fixture
def marie(world, app):
    return world.visitor(world.owner, app)


@pytest.fixture
def run(world, mails, tmp_path):
    """Runs the job; it is 18:30 on the 20th."""
    changed = {"BALISE_SMTP": mails.server, "BALISE_PUBLIC_URL": world.origin}

    def run(**more: str) -> int:
        settings = load({"BALISE_DATA": str(tmp_path)} | changed | more, tmp_path)
        return run_job(JOB, Context(world.store, world.directory, world.clock, settings))

    return run


def want(world, marie, pace):
    assert marie.post(f"/cards/{world.mine.id}/alerts", {"pace": pace}).status_code == 303


def view(world, minutes_ago, **changes):
    at = datetime.fromisoformat("2026-11-20T19:40:00+01:00") - timedelta(minutes=minutes_ago)
    return world.event(world.mine, at.isoformat(), **changes)


def an_hour_later(world):
    world.clock.advance(seconds=70 * 60)  # 19:40


def test_three_views_within_an_hour_are_one_mail_with_their_number_alone(world, marie, mails, run):
    want(world, marie, "hour")
    bot, tap = {"class": "bot"}, {"name": "click", "target": "phone"}
    world.store_events(
        *(view(world, n, city="FR|Bretagne|Brest", device="mobile") for n in (5, 20, 40)),
        view(world, 30, **bot),
        view(world, 30, **tap),
    )
    assert run() == 0
    an_hour_later(world)
    assert (run(), run()) == (1, 0)
    [mail] = mails.mails
    assert (mail["To"], mail["Subject"]) == (
        world.owner,
        "3\N{NO-BREAK SPACE}vues".replace("\N{NO-BREAK SPACE}", " ")
        + "\N{NO-BREAK SPACE}: Marie Moreau",
    )
    text = re.sub(r"http\S+", "", mail.get_content())
    assert "a été regardée 3 fois depuis le dernier message" in text
    assert re.findall(r"\d+", text) == ["3"]
    assert "Brest" not in text


def test_what_was_told_is_not_told_again_and_what_had_not_settled_is(world, marie, mails, run):
    want(world, marie, "hour")
    world.store_events(view(world, 30), view(world, 1))
    an_hour_later(world)
    assert run() == 1
    world.clock.advance(seconds=HOUR)
    assert run() == 1
    assert [mail["Subject"][:5] for mail in mails.mails] == ["1 vue", "1 vue"]
    world.clock.advance(seconds=12 * HOUR)
    assert run() == 0


def test_nobody_is_told_who_did_not_ask_or_whose_tier_does_not_include_it(world, marie, run):
    world.store_events(view(world, 30))
    an_hour_later(world)
    assert run() == 0
    want(world, marie, "hour")
    with world.directory.write() as conn:
        conn.execute(table.update().values(told_ms=world.clock.now_ms - 2 * HOUR * 1000))
        accounts.change(conn, world.mine.account, tier="premium")
    assert run() == 0
    with world.directory.write() as conn:
        accounts.change(conn, world.mine.account, tier="multi_cartes")
    assert run() == 1


def test_mails_wait_while_events_do_and_while_the_mail_server_is_away(
    world, marie, mails, run, tmp_path
):
    want(world, marie, "hour")
    world.store_events(view(world, 30))
    an_hour_later(world)
    with closing(PlainSpool(tmp_path / "spool")) as spool:
        spool.commit([spooled(1, received=world.clock.now_ms - 5 * 60_000)])
        assert run() == 0
    (tmp_path / "spool" / "test.db").unlink()
    assert run(BALISE_SMTP="") == 0
    with pytest.raises(Unavailable):
        run(BALISE_SMTP="smtp://127.0.0.1:1")
    assert run() == 1


def test_an_address_that_takes_no_mail_holds_up_nobody(world, marie, mails, run):
    want(world, marie, "hour")
    mails.refused.add(world.owner)
    world.store_events(view(world, 30))
    an_hour_later(world)
    assert (run(), run(), mails.mails) == (0, 0, [])


def test_each_mail_holds_a_way_out_that_needs_one_click_and_no_session(
    world, app, marie, mails, run
):
    want(world, marie, "hour")
    world.store_events(view(world, 30))
    an_hour_later(world)
    run()
    [mail] = mails.mails
    link = re.search(rf"{re.escape(world.origin)}(/alerts/off/\S+)", mail.get_content())[1]
    as_sent = dict(mail.raw_items())
    assert as_sent["List-Unsubscribe"].strip() == f"<{world.origin}{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stranger = world.visitor(app=app)
    assert "Marie Moreau" in stranger.get(link).text
    assert wanted(world) == ["hour"]  # looking ends nothing
    assert stranger.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert wanted(world) == []
    assert stranger.post(link).status_code == 200


@pytest.mark.parametrize("token", ["nothing", "x" * 3_000, "%00"])
def test_another_token_ends_nothing_and_is_a_sentence(world, app, marie, token):
    want(world, marie, "day")
    assert world.visitor(app=app).post(f"/alerts/off/{token}").status_code == 404
    assert wanted(world) == ["day"]


def test_an_owner_chooses_a_pace_or_none_and_sees_the_choice(world, marie):
    path = f"/cards/{world.mine.id}/alerts"
    for pace in ("hour", "day", "off"):
        want(world, marie, pace)
        assert f'value="{pace}" checked' in marie.get(path).text
    refused = marie.post(path, {"pace": "minute"})
    assert (refused.status_code, "Choisissez l’un d’eux." in refused.text) == (422, True)
    assert wanted(world) == []


def wanted(world):
    with world.directory.read() as conn:
        return [each.alert.pace for each in alerts.every(conn)]
