from datetime import date, timedelta

import pytest

from pipeline.days import on_days
from schema.days import day_span_ms
from schema.testing.steps import utc, view

PARIS, MIQUELON = "Europe/Paris", "America/Miquelon"
MARQUESAS, HOWE = "Pacific/Marquesas", "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("zone", "at", "day", "hour", "began"),
    [
        (PARIS, "2026-11-18 22:59:59.999", 18, 23, "2026-11-18 22:00"),
        (PARIS, "2026-11-18 23:00", 19, 0, "2026-11-18 23:00"),
        # The clock goes from 02:00 to 03:00.
        (PARIS, "2026-03-29 00:59:59.999", 29, 1, "2026-03-29 00:00"),
        (PARIS, "2026-03-29 01:00", 29, 3, "2026-03-29 01:00"),
        (MIQUELON, "2026-03-08 04:59:59.999", 8, 1, "2026-03-08 04:00"),
        (MIQUELON, "2026-03-08 05:00", 8, 3, "2026-03-08 05:00"),
        # An hour comes twice: the same number, another beginning.
        (PARIS, "2026-10-25 00:30", 25, 2, "2026-10-25 00:00"),
        (PARIS, "2026-10-25 01:30", 25, 2, "2026-10-25 01:00"),
        (MIQUELON, "2026-11-01 03:30", 1, 1, "2026-11-01 03:00"),
        (MIQUELON, "2026-11-01 04:30", 1, 1, "2026-11-01 04:00"),
        # Hours begin half past of UTC.
        (MARQUESAS, "2026-11-19 09:29:59.999", 18, 23, "2026-11-19 08:30"),
        (MARQUESAS, "2026-11-19 09:30", 19, 0, "2026-11-19 09:30"),
        # Half an hour comes twice, and half an hour is left out.
        (HOWE, "2026-04-04 14:45", 5, 1, "2026-04-04 14:00"),
        (HOWE, "2026-04-04 15:15", 5, 1, "2026-04-04 15:00"),
        (HOWE, "2026-04-04 15:30", 5, 2, "2026-04-04 15:30"),
        (HOWE, "2026-10-03 15:29", 4, 1, "2026-10-03 14:30"),
        (HOWE, "2026-10-03 15:30", 4, 2, "2026-10-03 15:30"),
    ],
)
def test_an_event_is_in_the_day_and_the_hour_of_the_local_clock(placed, zone, at, day, hour, began):
    [found] = placed(view(at=utc(at)), zone=zone).collect().rows(named=True)
    assert (found["day"].day, found["hour"], found["hour_start"]) == (day, hour, utc(began))


@pytest.mark.parametrize(
    ("zone", "day", "hours", "minutes"),
    [
        (PARIS, date(2026, 3, 29), 23, 23 * 60),
        (PARIS, date(2026, 10, 25), 25, 25 * 60),
        (MIQUELON, date(2026, 3, 8), 23, 23 * 60),
        (MIQUELON, date(2026, 11, 1), 25, 25 * 60),
        (MARQUESAS, date(2026, 3, 29), 24, 24 * 60),
        (HOWE, date(2026, 4, 5), 25, 24 * 60 + 30),
        (HOWE, date(2026, 10, 4), 24, 23 * 60 + 30),
    ],
)
def test_a_day_takes_every_minute_of_its_own_and_none_of_its_neighbours(
    counted, zone, day, hours, minutes
):
    start_ms, end_ms = day_span_ms(day, zone)
    start = utc("1970-01-01") + timedelta(milliseconds=start_ms)
    around = range(-60, (end_ms - start_ms) // 60_000 + 60)
    steps = [view(at=start + timedelta(minutes=minute)) for minute in around]
    found = on_days(counted(*steps), zone, day, day).collect()
    assert found.height == minutes
    assert found["day"].unique().to_list() == [day]
    assert found["hour_start"].n_unique() == hours
