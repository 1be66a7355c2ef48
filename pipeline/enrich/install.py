"""Brings a file of places: fetched beside the one in use, tried, and only then put in its place.

A running service looks at the file before each batch and goes on with the new one. Whatever goes
wrong on the way, the old one stays where it is.
"""

import base64
import gzip
import hashlib
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from pipeline.enrich.places_file import PlacesFacts, facts_of
from schema.errors import BadInput, Unavailable

HTTP = ("http://", "https://")
MAXMIND = "https://download.maxmind.com"
GEOLITE2 = "geolite2"
TIMEOUT_S = 60
BYTES_MAX = 2**31
"""Of an unpacked file: GeoLite2 City has some 60 MB, full editions ten times as much."""
_CHUNK_BYTES = 2**20


class SupportsRead(Protocol):
    def read(self, bytes_max: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file comes from, with what opens the door there."""

    name: str
    """For sentences: no key is in it."""
    address: str
    authorization: str = ""
    sha256_address: str = ""
    """Where the provider tells the checksum of what it gives."""


def source_of(text: str, key: str = "", maxmind: str = MAXMIND) -> Source:
    """A path, an http(s) address, or `geolite2`."""
    if text.lower() != GEOLITE2:
        if "://" in text and not text.startswith(HTTP):
            raise BadInput(f"{text} cannot be read; give a path, an http(s) address or `geolite2`.")
        return Source(text, text)
    if not key:
        raise BadInput(
            "GeoLite2 needs a licence key of MaxMind, which is free; put it into BALISE_GEOIP_KEY."
        )
    account, colon, secret = key.rpartition(":")
    if colon:
        base = f"{maxmind}/geoip/databases/GeoLite2-City/download?"
        basic = base64.b64encode(f"{account}:{secret}".encode()).decode()
        given, authorization = {}, f"Basic {basic}"
    else:
        base = f"{maxmind}/app/geoip_download?"
        given, authorization = {"edition_id": "GeoLite2-City", "license_key": key}, ""
    return Source(
        "GeoLite2 City at MaxMind",
        base + urlencode(given | {"suffix": "tar.gz"}),
        authorization,
        base + urlencode(given | {"suffix": "tar.gz.sha256"}),
    )


def install(source: Source, destination: Path, sha256: str = "") -> PlacesFacts:
    """`sha256`: of the file as it is given, before it is unpacked."""
    with (
        _explained(source.name, destination),
        tempfile.TemporaryDirectory(prefix=".geoip-", dir=destination.parent) as name,
    ):
        folder = Path(name)
        wanted = sha256.lower() or _told_sha256(source)
        found = _fetch(source, folder / "given")
        if wanted and found != wanted:
            raise BadInput(
                f"What {source.name} gave has the SHA-256 {found} and not {wanted}; "
                "it was damaged on the way or is another file: try again."
            )
        unpacked = _unpack(folder / "given", folder / "places.mmdb")
        facts_of(unpacked, called=source.name)
        _put_in_place(unpacked, destination)
    return facts_of(destination)


def _told_sha256(source: Source) -> str:
    if not source.sha256_address:
        return ""
    with _opened(source, source.sha256_address) as answer:
        return answer.read(64).decode("ascii", "replace").lower()


def _fetch(source: Source, into: Path) -> str:
    """Gives the checksum of what came."""
    checksum = hashlib.sha256()
    with _opened(source, source.address) as given, into.open("wb") as out:
        while chunk := given.read(_CHUNK_BYTES):
            checksum.update(chunk)
            out.write(chunk)
    return checksum.hexdigest()


@contextmanager
def _opened(source: Source, address: str) -> Iterator[IO[bytes]]:
    if not address.startswith(HTTP):
        with Path(address).open("rb") as file:
            yield file
        return
    request = Request(address, headers={"User-Agent": "balise"})  # noqa: S310
    if source.authorization:
        # Not for the host that the answer may lead to: that one has its own signature.
        request.add_unredirected_header("Authorization", source.authorization)
    with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
        yield answer


def _unpack(given: Path, into: Path) -> Path:
    """Understands the file itself, gzip (DB-IP) and tar in any compression (GeoLite2)."""
    if tarfile.is_tarfile(given):
        with tarfile.open(given) as archive:
            inside = [each for each in archive if each.isfile() and each.name.endswith(".mmdb")]
            if len(inside) != 1:
                raise ValueError(f"the archive holds {len(inside)} MMDB files instead of one")
            member = archive.extractfile(inside[0])
            assert member is not None  # noqa: S101  # it is a file
            _copy(member, into)
    elif _begins_with(given, b"\x1f\x8b"):
        with gzip.open(given) as unpacked:
            _copy(unpacked, into)
    else:
        return given
    return into


def _begins_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def _copy(given: SupportsRead, into: Path) -> None:
    copied = 0
    with into.open("wb") as out:
        while chunk := given.read(_CHUNK_BYTES):
            copied += len(chunk)
            if copied > BYTES_MAX:
                raise ValueError(f"it unpacks to more than {BYTES_MAX} bytes")
            out.write(chunk)


def _put_in_place(made: Path, destination: Path) -> None:
    made.chmod(0o644)
    with made.open("rb") as file:
        os.fsync(file.fileno())
    made.replace(destination)
    folder = os.open(destination.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _explained(name: str, destination: Path) -> Iterator[None]:
    try:
        yield
    except HTTPError as error:
        error.close()
        if error.code in (401, 403):
            raise BadInput(
                f"{name} refuses the licence key or the address ({error.code}); "
                "check BALISE_GEOIP_KEY or the address."
            ) from None
        raise Unavailable(f"{name} answers {error.code} {error.reason}; try later.") from None
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        why = getattr(error, "reason", None) or error
        raise Unavailable(f"{name} cannot be reached ({why}); try later.") from None
    except (ValueError, EOFError, zlib.error, tarfile.TarError, gzip.BadGzipFile) as error:
        raise BadInput(
            f"{name} cannot be unpacked ({str(error).rstrip('.')}); "
            "give an MMDB file, plain or as .gz or .tar.gz."
        ) from None
    except OSError as error:
        raise BadInput(
            f"{name} cannot be brought to {destination}: {error.strerror or error}; "
            "mend that and run the command again."
        ) from None
