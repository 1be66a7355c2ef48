"""The MMDB file with the places of networks: opened whole or not at all, and followed.

It is looked at before each batch. When it has changed, a private copy is opened and tried; only
then does it replace the one in use. So a file that is being written over, cut short or of another
kind changes nothing but the log, and the old one goes on.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Lock

import maxminddb
import structlog

from schema.errors import BadInput

NETWORKS_TRIED = 2_000
"""A file of another kind, or one with a torn end, shows within so many."""

log = structlog.get_logger()

_Signature = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class PlacesFacts:
    """What `balise geoip`, `balise doctor` and the figures tell of a file."""

    path: Path
    kind: str
    built_s: int
    bytes: int

    def age_days(self, now_ms: int) -> int:
        return int((now_ms / 1000 - self.built_s) / 86_400)


class PlacesFile:
    """Safe from several threads: each gets a reader that stays whole while it is used."""

    def __init__(self, path: Path, *, may_lack: bool = False) -> None:
        """`may_lack`: a file that is not there yet may be installed while we run."""
        self.path = path
        self._seen = _signature(path)
        lacks = may_lack and self._seen is None
        self._reader = None if lacks else open_places(path)
        self._lock = Lock()

    def reader(self) -> maxminddb.Reader | None:
        """None while there is no file."""
        with self._lock:
            self._follow()
            return self._reader

    def _follow(self) -> None:
        seen = _signature(self.path)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            # The old one ends with its last user, who may be another thread.
            self._reader = open_places(self.path)
        except BadInput as error:
            log.warning("places_file_refused", error=str(error), instead="the one before goes on")
        else:
            log.info("places_file_opened", path=str(self.path))


def open_places(path: Path) -> maxminddb.Reader:
    """A reader that nobody can pull the file away from, or a sentence that says what is wrong."""
    with _explained(path), tempfile.TemporaryDirectory(prefix="balise-places-") as private:
        # The copy is gone from its folder once it is mapped, and from the disk with its reader.
        copy = Path(private) / "places.mmdb"
        shutil.copyfile(path, copy)
        reader = maxminddb.open_database(copy, maxminddb.MODE_MMAP_EXT)
        _try(reader)
        return reader


def facts_of(path: Path, *, called: str = "") -> PlacesFacts:
    """`called`: what a sentence calls it, where the path says nothing."""
    with _explained(called or path), maxminddb.open_database(path) as reader:
        _try(reader)
        told = reader.metadata()
        return PlacesFacts(path, told.database_type, told.build_epoch, path.stat().st_size)


def _try(reader: maxminddb.Reader) -> None:
    found = [record for _, record in islice(reader, NETWORKS_TRIED)]
    if not any(isinstance(each, dict) and _names_country(each) for each in found):
        raise ValueError("it tells no country of a network")


def _names_country(record: dict[str, object]) -> bool:
    country = record.get("country") or record.get("registered_country")
    return isinstance(country, dict) and "iso_code" in country


@contextmanager
def _explained(path: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refused(path, error.strerror or type(error).__name__) from None
    except maxminddb.InvalidDatabaseError:
        # Its words name the copy that was tried, which nobody knows.
        raise _refused(path, "it is no MMDB file, or not a complete one") from None
    except ValueError as error:
        raise _refused(path, str(error)) from None


def _refused(path: Path | str, why: str) -> BadInput:
    return BadInput(
        f"{str(path)!r} cannot be used as a file of places ({why.rstrip('.')}); "
        "install GeoLite2 City or DB-IP Lite with `balise geoip`, or change BALISE_GEOIP."
    )


def _signature(path: Path) -> _Signature | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
