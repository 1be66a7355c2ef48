from datetime import date

import pytest

from dashboard.languages import read_languages
from schema.languages import choose

LANGUAGES = read_languages()
FR, EN = LANGUAGES["fr"], LANGUAGES["en"]
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("own", "accept_language", "code"),
    [
        ("en", "fr", "en"),
        ("fr", "en", "fr"),
        (None, "en-GB,en;q=0.9,fr;q=0.8", "en"),
        (None, "fr;q=0.2,en;q=0.9", "en"),
        (None, "de-AT,fr-CA;q=0.7", "fr"),
        (None, "fr;q=0,en;q=0.1", "en"),
        (None, "de", "fr"),
        (None, "", "fr"),
        (None, "*", "fr"),
        (None, "en;q=much,;;,\x00,-_-", "fr"),
        (None, "x" * 5000, "fr"),
        ("de", "en", "en"),
    ],
)
def test_own_language_then_the_browsers_then_french(own, accept_language, code):
    assert choose(LANGUAGES, own, accept_language) == code


@pytest.mark.parametrize(
    ("n", "french"), [(0, "0 vue"), (1, "1 vue"), (2, "2 vues"), (1204, "1\u202f204 vues")]
)
def test_french_plurals_and_numbers(n, french):
    sentence = FR.ngettext("%(n)s view today", "%(n)s views today", n) % {"n": FR.number(n)}
    assert sentence == f"{french} aujourd’hui"


def test_english_plurals_and_numbers():
    sentences = [EN.ngettext("%(n)s view today", "%(n)s views today", n) for n in (0, 1, 2)]
    assert sentences == ["%(n)s views today", "%(n)s view today", "%(n)s views today"]
    assert EN.number(1204) == "1,204"


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (TODAY, "Aujourd’hui", "Today"),
        (date(2026, 11, 19), "Hier", "Yesterday"),
        (date(2026, 11, 1), "1er novembre", "November 1"),
        (date(2026, 3, 12), "12 mars", "March 12"),
        (date(2025, 12, 31), "31 décembre 2025", "December 31, 2025"),
        (date(2025, 1, 1), "1er janvier 2025", "January 1, 2025"),
    ],
)
def test_days_are_said_as_people_say_them(day, french, english):
    assert (FR.day(day, TODAY), EN.day(day, TODAY)) == (french, english)


def test_the_first_of_a_month_is_an_ordinal_in_french_in_ranges_too():
    first, last = date(2026, 10, 1), date(2026, 11, 1)
    assert FR.days(first, last) == "1er oct.\u2009–\u20091er nov. 2026"
    assert FR.days(first, date(2026, 10, 11)) == "1er–11 oct. 2026"
    assert FR.days(last, last) == "1er novembre 2026"
    assert EN.days(last, last) == "November 1, 2026"


def test_hours_never_break_and_midnight_is_zero():
    assert [FR.hour(hour) for hour in (9, 18, 24)] == ["9\xa0h", "18\xa0h", "0\xa0h"]
    assert [EN.hour(hour) for hour in (9, 18, 24)] == ["9\xa0AM", "6\xa0PM", "12\xa0AM"]


def test_a_time_zone_is_told_by_the_place_that_people_know():
    zones = ("Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea")
    assert [FR.zone(zone) for zone in zones] == ["Paris", "La Réunion", "Martinique", "Nouméa"]
    assert EN.zone("Indian/Reunion") == "Réunion"


def test_time_zones_to_choose_from_are_towns_in_their_order_each_once():
    names = ("Europe/Paris", "Asia/Calcutta", "Asia/Kolkata", "Etc/GMT+5", "America/Cayenne")
    assert FR.zones(names, "Europe/Paris") == [
        ("America/Cayenne", "Cayenne"),
        ("Asia/Kolkata", "Kolkata"),
        ("Europe/Paris", "Paris"),
    ]


def test_the_time_zone_in_use_can_be_kept_under_an_older_name_or_an_unknown_one():
    names = ("Europe/Paris", "Asia/Calcutta", "Asia/Kolkata")
    assert [zone for zone, _ in FR.zones(names, "Asia/Calcutta")] == [
        "Asia/Calcutta",
        "Europe/Paris",
    ]
    assert FR.zones(names, "Mars/Base")[0] == ("Mars/Base", "Mars/Base")
