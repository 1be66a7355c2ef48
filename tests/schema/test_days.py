from datetime import date

import pytest

from schema.days import check_zone, day_span_ms, local_day
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
