import pytest

from schema.directory import accounts, alerts, cards, users
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000


@pytest.fixture
def owner(directory, account):
    with directory.write() as conn:
        return users.create(
            conn,
            account=account.id,
            email="marie@example.fr",
            role="owner",
            password="soleil sur la baie",
            locale="fr",
            now_ms=NOW_MS,
        )


@pytest.fixture
def alert(directory, card, owner):
    with directory.write() as conn:
        return alerts.choose(conn, card=card.id, user=owner.id, pace="day", now_ms=NOW_MS)


def test_an_alert_brings_along_what_its_mail_needs(directory, account, card, owner, alert):
    with directory.read() as conn:
        [wanted] = alerts.every(conn)
    assert wanted == alerts.Wanted(
        alert, "Marie", "Europe/Paris", "marie@example.fr", "fr", account.tier
    )


def test_another_pace_goes_on_counting_where_the_first_one_was(directory, card, owner, alert):
    with directory.write() as conn:
        changed = alerts.choose(
            conn, card=card.id, user=owner.id, pace="hour", now_ms=NOW_MS + 3_600_000
        )
    assert (changed.pace, changed.told_ms) == ("hour", NOW_MS)


def test_an_alert_is_claimed_once(directory, alert):
    with directory.write() as conn:
        assert alerts.claim(conn, alert, NOW_MS + 1)
        assert not alerts.claim(conn, alert, NOW_MS + 2)


def test_an_alert_ends_when_it_is_stopped_and_with_its_card(directory, card, owner, alert):
    with directory.write() as conn:
        alerts.stop(conn, card.id, owner.id)
        assert alerts.of_reader(conn, card.id, owner.id) is None
        alerts.choose(conn, card=card.id, user=owner.id, pace="day", now_ms=NOW_MS)
        cards.delete(conn, card.id)
        assert alerts.every(conn) == []


def test_a_card_that_went_to_another_account_alerts_nobody_of_the_first(directory, card, alert):
    with directory.write() as conn:
        other = accounts.create(conn, name="B", tier="premium", locale="fr", now_ms=NOW_MS)
        conn.exec_driver_sql(f"UPDATE cards SET account = '{other.id}'")
        assert alerts.every(conn) == []


@pytest.mark.parametrize("wrong", [{"pace": "minute"}, {"card": "aaaaaaaa"}])
def test_what_cannot_be_wanted_is_refused(directory, card, owner, wrong):
    given = {"card": card.id, "user": owner.id, "pace": "day"} | wrong
    with pytest.raises(BadInput), directory.write() as conn:
        alerts.choose(conn, **given, now_ms=NOW_MS)
