"""Where an event came from: by its network when there is a GeoIP file, else by its time zone.

`geo` tells which of the two it was, because pages must say how sure they are. French overseas
territories have country codes and time zones of their own, and stay themselves in both ways.
"""

from collections.abc import Mapping
from functools import cache, lru_cache, partial
from typing import Any

import maxminddb
import polars as pl
from babel.core import get_global

from pipeline.enrich.known import Known
from pipeline.enrich.lookup import LookUp, by_value, look_up
from pipeline.enrich.overseas import territory_of

NOWHERE = ("", "", "", "")
LANGUAGES = ("fr", "en")
"""Names of regions and cities: the first of these that the file has."""


def add_places(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    reader = known.places.reader() if known.places else None
    found = _networks(reader).beside(frame)
    zoned = by_value(_place_of_zone, ("country", "geo"))
    both = look_up(found, "tz", zoned, beside="file_country")
    in_file = pl.col("file_geo") != ""
    return both.with_columns(
        pl.when(in_file).then(f"file_{name}").otherwise(name).alias(name)
        for name in ("country", "geo")
    ).drop("file_country", "file_geo")


@lru_cache(maxsize=2)
def _networks(reader: maxminddb.Reader | None) -> LookUp:
    """A file that is opened anew is asked anew."""
    answers = ("file_country", "region", "city", "file_geo")
    return LookUp("network", by_value(partial(place_of_network, reader), answers))


def _place_of_zone(zone: str) -> tuple[str, str]:
    country = country_of_zone(zone)
    return country, "zone" if country else ""


def country_of_zone(zone: str) -> str:
    """ISO 3166 code of the country a time zone is named for, or nothing."""
    return _countries().get(zone, "")


@cache
def _countries() -> dict[str, str]:
    """CLDR's table of zones, carried by `babel`, and the older names that browsers still send."""
    named: dict[str, str] = {
        zone: country
        for zone, country in get_global("zone_territories").items()
        if country.isalpha() and country != "ZZ"
    }
    older = {old: named[new] for old, new in get_global("zone_aliases").items() if new in named}
    return older | named


def place_of_network(reader: maxminddb.Reader | None, network: str) -> tuple[str, str, str, str]:
    """(country, region, city, `file`) of a /24 or /48; nothing when the file does not tell."""
    if reader is None or not network:
        return NOWHERE
    try:
        record = reader.get(network.partition("/")[0])
    except (ValueError, maxminddb.InvalidDatabaseError):  # no address; a torn record
        return NOWHERE
    return place_of_record(record) if isinstance(record, dict) else NOWHERE


def place_of_record(record: Mapping[str, Any]) -> tuple[str, str, str, str]:
    country = record.get("country", {}).get("iso_code", "")
    if not country:
        return NOWHERE
    regions = record.get("subdivisions") or [{}]
    region = _name(regions[0])
    if country == "FR":
        country = territory_of(regions[0].get("iso_code", ""), region) or country
    return country, region, _name(record.get("city", {})), "file"


def _name(part: Mapping[str, Any]) -> str:
    names = part.get("names", {})
    return next((names[language] for language in LANGUAGES if language in names), "")
