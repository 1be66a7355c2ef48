from zoneinfo import available_timezones

import polars as pl
import pytest

from pipeline.enrich.known import NOTHING, Known
from pipeline.enrich.lookup import numbered
from pipeline.enrich.places import (
    NOWHERE,
    add_places,
    country_of_zone,
    place_of_network,
    place_of_record,
)
from pipeline.enrich.places_file import PlacesFile
from schema.testing.mmdb import city, write_mmdb

OVERSEAS = {
    "America/Guadeloupe": "GP",
    "America/Martinique": "MQ",
    "America/Cayenne": "GF",
    "Indian/Reunion": "RE",
    "Indian/Mayotte": "YT",
    "America/Miquelon": "PM",
    "America/St_Barthelemy": "BL",
    "America/Marigot": "MF",
    "Pacific/Noumea": "NC",
    "Pacific/Tahiti": "PF",
    "Pacific/Marquesas": "PF",
    "Pacific/Gambier": "PF",
    "Pacific/Wallis": "WF",
    "Indian/Kerguelen": "TF",
}


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    places = {
        "192.0.2.0/24": city("RE", "La Réunion", "Saint-Denis"),
        "2001:db8:1::/48": city("FR", "Île-de-France", "Paris"),
        "198.51.100.0/24": {"country": {"iso_code": "NC"}},
        "203.0.113.0/24": {"continent": {"code": "EU"}},
        "198.51.101.0/24": {
            "country": {"iso_code": "FR"},
            "subdivisions": [{"iso_code": "971", "names": {"en": "Guadeloupe"}}],
            "city": {"names": {"en": "Les Abymes"}},
        },
        "198.51.102.0/24": "a torn record",
    }
    path = write_mmdb(tmp_path_factory.mktemp("places") / "places.mmdb", places)
    return Known(places=PlacesFile(path))


@pytest.mark.parametrize(("zone", "country"), OVERSEAS.items())
def test_french_overseas_territories_are_themselves(zone, country):
    assert country_of_zone(zone) == country


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Paris", "FR"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kiev", "UA"),
        ("Africa/Asmera", "ER"),
    ],
)
def test_an_older_name_of_a_zone_leads_to_its_country(zone, country):
    assert country_of_zone(zone) == country


@pytest.mark.parametrize("zone", ["", "UTC", "Etc/GMT+3", "Mars/Olympus", "europe/paris"])
def test_a_zone_without_a_country_gives_none(zone):
    assert country_of_zone(zone) == ""


def test_nearly_every_place_name_of_the_time_zone_data_has_a_country():
    named = {zone for zone in available_timezones() if zone.partition("/")[0] not in ("Etc", "")}
    places = {zone for zone in named if zone.count("/") and not zone.startswith("SystemV")}
    assert len({zone for zone in places if not country_of_zone(zone)}) <= 5


@pytest.mark.parametrize(
    ("network", "place"),
    [
        ("192.0.2.0/24", ("RE", "La Réunion", "Saint-Denis", "file")),
        ("2001:db8:1::/48", ("FR", "Île-de-France", "Paris", "file")),
        ("198.51.100.0/24", ("NC", "", "", "file")),
        ("198.51.101.0/24", ("GP", "Guadeloupe", "Les Abymes", "file")),
        ("203.0.113.0/24", NOWHERE),
        ("198.51.102.0/24", NOWHERE),
        ("10.0.0.0/24", NOWHERE),
        ("", NOWHERE),
        ("not an address", NOWHERE),
    ],
)
def test_a_network_has_the_place_that_the_file_gives(known, network, place):
    assert place_of_network(known.places.reader(), network) == place


@pytest.mark.parametrize(
    ("subdivision", "country"),
    [
        ({"iso_code": "971"}, "GP"),
        ({"iso_code": "FR-972"}, "MQ"),
        ({"iso_code": "GF"}, "GF"),
        ({"iso_code": "974", "names": {"fr": "La Réunion"}}, "RE"),
        ({"names": {"en": "Réunion"}}, "RE"),
        ({"iso_code": "FR-YT"}, "YT"),
        ({"names": {"fr": "Saint-Pierre-et-Miquelon"}}, "PM"),
        ({"iso_code": "BL"}, "BL"),
        ({"iso_code": "MF"}, "MF"),
        ({"iso_code": "NC"}, "NC"),
        ({"names": {"en": "French Polynesia"}}, "PF"),
        ({"iso_code": "WF"}, "WF"),
        ({"names": {"fr": "Terres australes françaises"}}, "TF"),
        ({"iso_code": "BRE", "names": {"fr": "Bretagne"}}, "FR"),
        ({"iso_code": "IDF"}, "FR"),
        ({"iso_code": "20R", "names": {"fr": "Corse"}}, "FR"),
        ({}, "FR"),
    ],
)
def test_a_territory_that_a_file_takes_for_a_part_of_france_is_itself(subdivision, country):
    record = {"country": {"iso_code": "FR"}, "subdivisions": [subdivision]}
    assert place_of_record(record)[0] == country


def test_a_subdivision_of_another_country_is_no_french_territory():
    record = {"country": {"iso_code": "GT"}, "subdivisions": [{"names": {"en": "Saint Martin"}}]}
    assert place_of_record(record)[0] == "GT"


def placed(frame, known):
    return add_places(numbered(frame, frame.columns), known).cast(pl.String)


def test_the_file_is_believed_before_the_time_zone_and_the_way_is_told(known):
    frame = pl.DataFrame(
        {
            "network": ["192.0.2.0/24", "10.0.0.0/24", "10.0.0.0/24"],
            "tz": ["Europe/Paris", "Europe/Paris", ""],
        }
    )
    assert placed(frame, known).select("country", "city", "geo").rows() == [
        ("RE", "Saint-Denis", "file"),
        ("FR", "", "zone"),
        ("", "", ""),
    ]
    assert placed(frame, NOTHING)["geo"].to_list() == ["zone", "zone", ""]
