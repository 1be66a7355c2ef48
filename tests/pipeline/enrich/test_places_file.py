import polars as pl
import pytest

from pipeline.enrich.known import Known
from pipeline.enrich.lookup import numbered
from pipeline.enrich.places import add_places
from pipeline.enrich.places_file import PlacesFile, facts_of, open_places
from schema.errors import BadInput
from schema.testing.mmdb import city, write_mmdb

NETWORK = "192.0.2.0/24"
DAY_S = 86_400


@pytest.fixture
def path(tmp_path):
    return write_mmdb(tmp_path / "places.mmdb", {NETWORK: city("FR", "Bretagne", "Brest")})


def replace(path, places):
    write_mmdb(path.with_suffix(".new"), places).replace(path)


def town(places):
    frame = numbered(pl.DataFrame({"network": [NETWORK], "tz": [""]}), ["network", "tz"])
    return add_places(frame, Known(places=places))["city"].item()


def test_a_file_that_is_replaced_is_used_from_the_next_batch_on(path):
    places = PlacesFile(path)
    assert town(places) == "Brest"
    replace(path, {NETWORK: city("FR", "Bretagne", "Quimper")})
    assert town(places) == "Quimper"


def test_a_file_that_is_not_whole_or_no_file_of_places_or_gone_leaves_the_old_one_in_use(path):
    places = PlacesFile(path)
    whole = path.read_bytes()
    for wrong in (whole[: len(whole) // 2], whole[:-9], b"no database", b""):
        path.write_bytes(wrong)  # in place, as `cp` does
        assert town(places) == "Brest"
    path.unlink()
    assert town(places) == "Brest"
    write_mmdb(path, {NETWORK: city("FR", "Bretagne", "Vannes")})
    assert town(places) == "Vannes"


def test_a_file_that_is_written_over_where_it_lies_does_not_pull_the_old_one_away(path):
    places = PlacesFile(path)
    reader = places.reader()
    path.write_bytes(bytes(path.stat().st_size))
    assert reader.get("192.0.2.1")["city"]["names"]["fr"] == "Brest"


@pytest.mark.parametrize("cut", [0, 1, 40, -9])
def test_a_file_cut_short_is_refused_with_a_sentence(path, cut):
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadInput, match=r"cannot be used as a file of places \(.*`balise geoip`"):
        open_places(path)


def test_what_is_no_file_of_places_is_refused_with_a_sentence(tmp_path):
    other = write_mmdb(tmp_path / "asn.mmdb", {NETWORK: {"autonomous_system_number": "AS64496"}})
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"not a database")
    for path in (other, broken, tmp_path / "absent.mmdb", tmp_path):
        for refuses in (open_places, facts_of, PlacesFile):
            with pytest.raises(BadInput, match="cannot be used as a file of places"):
                refuses(path)


def test_a_file_tells_what_it_is_and_how_old(path):
    facts = facts_of(path)
    assert facts.kind == "GeoLite2-City"
    assert facts.bytes == path.stat().st_size
    assert facts.age_days(1000 * (facts.built_s + 3 * DAY_S + 5)) == 3


def test_a_file_that_is_installed_while_we_run_is_used_from_then_on(path):
    later = path.with_name("later.mmdb")
    places = PlacesFile(later, may_lack=True)
    assert town(places) == ""
    path.replace(later)
    assert town(places) == "Brest"
