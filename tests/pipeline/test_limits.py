from datetime import UTC, date, datetime

import pytest

from pipeline.limits import LIMITS, edges, first_raw_day, months_before, raw_since_ms
from schema.testing.clock import FixedClock

NOW_MS = FixedClock.at("2026-11-20T12:00:00+00:00")()
BY_TABLE = {limit.table: limit for limit in LIMITS}


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 20), 25, date(2024, 10, 20)),
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 3, 31), 25, date(2024, 2, 29)),
        (date(2027, 3, 31), 1, date(2027, 2, 28)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
    ],
)
def test_months_end_with_the_same_date_or_the_last_one_of_a_shorter_month(day, months, before):
    assert months_before(day, months) == before


def test_raw_days_are_whole_local_days_and_today_is_one_of_them(settings):
    assert first_raw_day(settings, NOW_MS, "Europe/Paris") == date(2025, 10, 22)
    midnight_in_paris = {"Europe/Paris": datetime(2025, 10, 21, 22, tzinfo=UTC)}
    assert edges(BY_TABLE["events"], settings, NOW_MS, ["Europe/Paris"]).items() >= (
        midnight_in_paris.items()
    )


def test_an_edge_is_a_day_of_each_zone(settings):
    found = edges(BY_TABLE["visits"], settings, NOW_MS, ["Pacific/Auckland", "Pacific/Marquesas"])
    assert found == {
        "UTC": date(2025, 10, 22),
        "Pacific/Auckland": date(2025, 10, 23),
        "Pacific/Marquesas": date(2025, 10, 22),
    }


def test_the_horizon_is_where_the_last_zone_begins(settings):
    zones = ["Pacific/Marquesas", "Europe/Paris"]
    assert raw_since_ms(settings, NOW_MS, zones) == int(
        datetime(2025, 10, 22, 9, 30, tzinfo=UTC).timestamp() * 1000
    )


def test_every_table_of_the_event_store_has_a_limit(store):
    """A new table is either in the list or says here why it is kept for ever."""
    kept_for_ever = {"migrations"}
    tables = {name for (name,) in store.rows("SHOW TABLES")}
    assert tables - kept_for_ever == set(BY_TABLE)
