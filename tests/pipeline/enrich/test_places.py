from zoneinfo import available_timezones

import polars as pl
import pytest

from pipeline.enrich.known import NOTHING, open_known
from pipeline.enrich.places import add_places, country_of_zone, place_of_network
from schema.errors import BadInput
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


@pytest.fixture
def known(tmp_path):
    places = {
        "192.0.2.0/24": city("RE", "La Réunion", "Saint-Denis"),
        "2001:db8:1::/48": city("FR", "Île-de-France", "Paris"),
        "198.51.100.0/24": {"country": {"iso_code": "NC"}},
        "203.0.113.0/24": {"continent": {"code": "EU"}},
    }
    return open_known(write_mmdb(tmp_path / "places.mmdb", places))


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
        ("192.0.2.0/24", ("RE", "La Réunion", "Saint-Denis")),
        ("2001:db8:1::/48", ("FR", "Île-de-France", "Paris")),
        ("198.51.100.0/24", ("NC", "", "")),
        ("203.0.113.0/24", ("", "", "")),
        ("10.0.0.0/24", ("", "", "")),
        ("", ("", "", "")),
        ("not an address", ("", "", "")),
    ],
)
def test_a_network_has_the_place_that_the_file_gives(known, network, place):
    assert place_of_network(known.geoip, network) == place


def test_the_file_is_believed_before_the_time_zone_and_the_way_is_told(known):
    frame = pl.DataFrame(
        {
            "network": ["192.0.2.0/24", "10.0.0.0/24", "10.0.0.0/24"],
            "tz": ["Europe/Paris", "Europe/Paris", ""],
        }
    )
    shown = ("country", "city", "geo")
    assert add_places(frame, known).select(shown).rows() == [
        ("RE", "Saint-Denis", "file"),
        ("FR", "", "zone"),
        ("", "", ""),
    ]
    assert add_places(frame, NOTHING)["geo"].to_list() == ["zone", "zone", ""]


def test_a_file_that_is_no_mmdb_is_refused_with_a_sentence(tmp_path):
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"not a database")
    for path in (broken, tmp_path / "absent.mmdb", tmp_path):
        with pytest.raises(BadInput, match="cannot be read as an MMDB file"):
            open_known(path)


def test_without_a_file_nothing_is_known_of_networks():
    assert open_known(None) is NOTHING
