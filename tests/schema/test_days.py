from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from schema.days import (
    check_zone,
    day_span_ms,
    day_start_ms,
    hours_of_day,
    local_day,
    offsets,
)
from schema.errors import BadInput

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("Europe/Paris", date(2026, 7, 14), 24),
        ("America/Miquelon", date(2026, 3, 8), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Indian/Reunion", date(2026, 3, 29), 24),
        ("America/Santiago", date(2026, 9, 6), 23),  # midnight itself does not exist that day
    ],
)
def test_a_local_day_is_as_long_as_its_clocks_say(zone: str, day: date, hours: float) -> None:
    start_ms, end_ms = day_span_ms(day, zone)
    assert end_ms - start_ms == hours * HOUR_MS


@pytest.mark.parametrize("zone", ["Europe/Paris", "Pacific/Marquesas", "America/Santiago"])
def test_every_instant_of_a_day_belongs_to_it_and_the_next_one_does_not(zone: str) -> None:
    day = date(2026, 9, 6)
    start_ms, end_ms = day_span_ms(day, zone)
    assert local_day(start_ms, zone) == local_day(end_ms - 1, zone) == day
    assert local_day(start_ms - 1, zone) < day < local_day(end_ms, zone)


def test_an_evening_in_reunion_stays_on_its_day() -> None:
    at_2330 = 1_796_067_000_000  # 2026-11-30T19:30:00Z, 20:30 in Paris, 23:30 in Saint-Denis
    assert local_day(at_2330, "Indian/Reunion") == date(2026, 11, 30)


def test_an_unknown_zone_is_refused_with_an_example() -> None:
    with pytest.raises(BadInput, match=r"'heure de Lyon' is unknown; .*'Europe/Paris'"):
        check_zone("heure de Lyon")


def test_a_zone_with_a_slip_gets_the_one_that_was_meant() -> None:
    with pytest.raises(BadInput, match=r"'Indian/Réunion' is unknown; .*'Indian/Reunion'\?"):
        check_zone("Indian/Réunion")


def test_the_zone_of_the_machine_is_no_zone() -> None:
    with pytest.raises(BadInput, match="'localtime' is unknown"):
        check_zone("localtime")


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 11, 20), "Europe/Paris", 24),
        (date(2026, 3, 29), "Europe/Paris", 23),
        (date(2026, 10, 25), "Europe/Paris", 25),
        (date(2026, 3, 8), "America/Miquelon", 23),
        (date(2026, 11, 1), "America/Miquelon", 25),
        (date(2026, 3, 29), "Pacific/Marquesas", 24),
        # Half an hour is put in or taken out: an hour is cut, or one more is.
        (date(2026, 4, 5), "Australia/Lord_Howe", 25),
        (date(2026, 10, 4), "Australia/Lord_Howe", 24),
    ],
)
def test_the_hours_of_a_day_follow_each_other_from_its_start_to_its_end(day, zone, hours):
    start_ms, end_ms = day_span_ms(day, zone)
    found = hours_of_day(day, zone)
    assert len(found) == hours
    starts_ms = [at_ms for at_ms, _ in found]
    assert starts_ms[0] == start_ms
    lengths = [b - a for a, b in pairwise([*starts_ms, end_ms])]
    assert set(lengths) <= {3_600_000, 1_800_000}
    for at_ms, hour in found:
        assert datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).hour == hour


def test_offsets_tell_each_change_of_a_year_to_the_millisecond():
    start_ms, end_ms = day_start_ms(date(2026, 1, 1), "Europe/Paris"), 1_798_758_000_000
    spring_ms = int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp() * 1000)
    autumn_ms = int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp() * 1000)
    assert offsets("Europe/Paris", start_ms, end_ms) == (
        (start_ms, 3_600_000),
        (spring_ms, 7_200_000),
        (autumn_ms, 3_600_000),
    )
