"""What `maps/build.py` wrote: every region and territory, light enough to travel with a page."""

import json
import re

import pytest

from dashboard.charts.maps import ISLANDS, OUTLINES

REGIONS = {
    "Auvergne-Rhône-Alpes",
    "Bourgogne-Franche-Comté",
    "Bretagne",
    "Centre-Val de Loire",
    "Corse",
    "Grand Est",
    "Hauts-de-France",
    "Normandie",
    "Nouvelle-Aquitaine",
    "Occitanie",
    "Pays de la Loire",
    "Provence-Alpes-Côte d’Azur",
    "Île-de-France",
}
OVERSEAS = {"GP", "MQ", "GF", "RE", "YT", "NC", "PF", "PM", "MF", "BL", "WF"}


def _read(area):
    return json.loads((OUTLINES / f"{area}.json").read_text(encoding="utf-8"))


def test_france_has_its_regions_and_its_inhabited_territories():
    france = _read("france")
    assert set(france["paths"]) == REGIONS
    assert {inset["code"] for inset in france["insets"]} == OVERSEAS


def test_each_territory_has_a_name_for_its_frame():
    assert set(ISLANDS) == OVERSEAS


def test_the_world_has_every_country_and_the_territories_apart_from_france():
    codes = set(_read("world")["paths"])
    assert {"FR", "BE", "CH", "CA", "US", "CN", "MU", "SG", "MC", "XK", *OVERSEAS} <= codes
    assert len(codes) > 220
    assert "AQ" not in codes


@pytest.mark.parametrize(("area", "bytes_max"), [("france", 15_000), ("world", 30_000)])
def test_paths_are_whole_numbers_within_the_sheet_and_few(area, bytes_max):
    outline = _read(area)
    assert (OUTLINES / f"{area}.json").stat().st_size < bytes_max
    for path in outline["paths"].values():
        assert re.fullmatch(r"[Mlaz0-9 -]+", path)
        for x, y in re.findall(r"M(-?\d+) ?(-?\d+)", path):
            assert 0 <= int(x) <= outline["width"]
            assert 0 <= int(y) <= outline["height"]
