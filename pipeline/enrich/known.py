"""What the steps know beyond the batch itself: opened once, it lives as long as the process."""

from dataclasses import dataclass
from pathlib import Path

import maxminddb

from schema.errors import BadInput


@dataclass(frozen=True, slots=True)
class Known:
    geoip: maxminddb.Reader | None = None
    """Networks to places; without it the browser's time zone gives the country."""


NOTHING = Known()


def open_known(geoip: Path | None) -> Known:
    if geoip is None:
        return NOTHING
    try:
        return Known(geoip=maxminddb.open_database(geoip))
    except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
        raise BadInput(
            f"BALISE_GEOIP is {str(geoip)!r}, which cannot be read as an MMDB file ({error}); "
            "give GeoLite2 City or DB-IP Lite, or leave it empty."
        ) from None
