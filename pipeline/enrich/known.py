"""What the steps know beyond the batch itself: opened once, it lives as long as the process."""

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from pipeline.enrich.networks import Networks, open_networks
from pipeline.enrich.places_file import PlacesFile
from pipeline.enrich.restored import NOTHING_RESTORED, RestoredBook
from schema.directory.database import Directory
from schema.settings import Settings


def _nothing_restored() -> pl.DataFrame:
    return NOTHING_RESTORED


@dataclass(frozen=True, slots=True)
class Known:
    places: PlacesFile | None = None
    """Networks to places; where it does not tell, the browser's time zone gives the country."""
    networks: Networks = field(default_factory=Networks)
    """Data centres and relays, as far as this installation wants to know."""
    restored: Callable[[], pl.DataFrame] = _nothing_restored
    """Spans in which rules do not hold, as they stand now."""


NOTHING = Known()


def open_known(settings: Settings, directory: Directory) -> Known:
    return Known(
        places=PlacesFile(settings.places_file, may_lack=settings.geoip is None),
        networks=open_networks(settings.datacentres),
        restored=RestoredBook(directory).spans,
    )
