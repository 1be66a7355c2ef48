"""Where an event came from: by its network when there is a GeoIP file, else by its time zone.

`geo` tells which of the two it was, because pages must say how sure they are. French overseas
territories have country codes and time zones of their own, and stay themselves in both ways.
"""

from functools import cache, lru_cache, partial
from typing import Any, cast

import maxminddb
import polars as pl
from babel.core import get_global

from pipeline.enrich.known import Known
from pipeline.enrich.lookup import LookUp, look_up

NOWHERE = ("", "", "")
LANGUAGES = ("fr", "en")
"""Names of regions and cities: the first of these that the file has."""


def add_places(frame: pl.DataFrame, known: Known) -> pl.DataFrame:
    zoned = look_up(frame, "tz", lambda zone: (country_of_zone(zone),), ("zone_country",))
    found = _networks(known.geoip).beside(zoned)
    in_file, in_zone = pl.col("file_country") != "", pl.col("zone_country") != ""
    return found.with_columns(
        pl.when(in_file).then("file_country").otherwise("zone_country").alias("country"),
        pl.when(in_file)
        .then(pl.lit("file"))
        .when(in_zone)
        .then(pl.lit("zone"))
        .otherwise(pl.lit(""))
        .alias("geo"),
    ).drop("file_country", "zone_country")


@lru_cache(maxsize=2)
def _networks(geoip: maxminddb.Reader | None) -> LookUp:
    """A file that is opened anew is asked anew."""
    return LookUp("network", partial(place_of_network, geoip), ("file_country", "region", "city"))


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


def place_of_network(geoip: maxminddb.Reader | None, network: str) -> tuple[str, str, str]:
    """(country, region, city) of a /24 or /48."""
    if geoip is None or not network:
        return NOWHERE
    try:
        place = cast(dict[str, Any] | None, geoip.get(network.partition("/")[0]))
    except ValueError:
        return NOWHERE
    if place is None:
        return NOWHERE
    regions = place.get("subdivisions") or [{}]
    return (
        place.get("country", {}).get("iso_code", ""),
        _name(regions[0]),
        _name(place.get("city", {})),
    )


def _name(part: dict[str, Any]) -> str:
    names = part.get("names", {})
    return next((names[language] for language in LANGUAGES if language in names), "")
