import base64
import gzip
import hashlib
import io
import resource
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.enrich.install import install, source_of
from pipeline.enrich.places_file import PlacesFile
from schema.errors import BadInput, Unavailable
from schema.testing.mmdb import city, write_mmdb

ACCOUNT_KEY = "123456:secret-key"
KEY = "plain-key"
BASIC = f"Basic {base64.b64encode(ACCOUNT_KEY.encode()).decode()}"


@pytest.fixture(scope="module")
def mmdb(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("new") / "new.mmdb"
    return write_mmdb(path, {"192.0.2.0/24": city("FR", "Bretagne", "Quimper")}).read_bytes()


def tar_gz(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"GeoLite2-City_20261117/{name.replace('_', '.')}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.fixture(scope="module")
def archive(mmdb) -> bytes:
    return tar_gz(LICENSE_txt=b"free", GeoLite2City_mmdb=mmdb)


@pytest.fixture(scope="module")
def site(mmdb, archive) -> Iterator[str]:
    checksum = hashlib.sha256(archive).hexdigest()
    told = f"{checksum}  GeoLite2-City_20261117.tar.gz\n".encode()
    by_key = f"/app/geoip_download?edition_id=GeoLite2-City&license_key={KEY}&suffix=tar.gz"
    files = {
        "/dbip.mmdb.gz": gzip.compress(mmdb),
        by_key: archive,
        f"{by_key}.sha256": told,
        "/damaged/geoip/databases/GeoLite2-City/download?suffix=tar.gz": archive[:-1] + b"!",
        "/damaged/geoip/databases/GeoLite2-City/download?suffix=tar.gz.sha256": told,
    }
    closed = {
        "/geoip/databases/GeoLite2-City/download?suffix=tar.gz": archive,
        "/geoip/databases/GeoLite2-City/download?suffix=tar.gz.sha256": told,
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in closed:
                known = self.headers["Authorization"] == BASIC
                # As MaxMind does: the file lies elsewhere, where its key must not be shown.
                self.send_response(302 if known else 401)
                self.send_header("Location", f"/moved{self.path}")
                self.end_headers()
                return
            moved = self.path.removeprefix("/moved")
            body = closed.get(moved) if moved != self.path else files.get(self.path)
            if moved != self.path and self.headers["Authorization"]:
                body = None
            self.send_response(200 if body is not None else 404)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def in_use(tmp_path) -> Path:
    return write_mmdb(tmp_path / "geoip.mmdb", {"192.0.2.0/24": city("FR", "Bretagne", "Brest")})


def town(path: Path) -> str:
    reader = PlacesFile(path).reader()
    assert reader is not None
    return reader.get("192.0.2.1")["city"]["names"]["fr"]


@pytest.mark.parametrize("packed", ["plain", "gz", "tar.gz"])
def test_a_file_is_installed_from_a_path_however_it_is_packed(
    tmp_path, in_use, mmdb, archive, packed
):
    given = tmp_path / "given"
    given.write_bytes({"plain": mmdb, "gz": gzip.compress(mmdb), "tar.gz": archive}[packed])
    content = given.read_bytes()
    facts = install(source_of(str(given)), in_use, hashlib.sha256(content).hexdigest().upper())
    assert town(in_use) == "Quimper"
    assert (facts.path, facts.kind) == (in_use, "GeoLite2-City")
    assert given.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["geoip.mmdb", "given"]


def test_a_file_is_installed_from_an_address(site, in_use):
    install(source_of(f"{site}/dbip.mmdb.gz"), in_use)
    assert town(in_use) == "Quimper"


@pytest.mark.parametrize("key", [KEY, ACCOUNT_KEY])
def test_geolite2_is_installed_with_a_licence_key_of_either_kind(site, in_use, key):
    install(source_of("GeoLite2", key, maxmind=site), in_use)
    assert town(in_use) == "Quimper"


@contextmanager
def refused(in_use: Path, error: type[Exception], says: str) -> Iterator[None]:
    """The old file is still in use, and nothing lies about."""
    before = in_use.read_bytes()
    with pytest.raises(error, match=says) as told:
        yield
    assert KEY not in str(told.value)
    assert "secret-key" not in str(told.value)
    assert in_use.read_bytes() == before
    assert not [path for path in in_use.parent.iterdir() if path.name.startswith(".geoip")]


def test_a_refused_licence_key_is_told_without_being_shown(site, in_use):
    for key, error in (("1:secret-key", BadInput), (f"{KEY}-of-another", Unavailable)):
        with refused(
            in_use, error, r"GeoLite2 City at MaxMind (refuses the licence key|answers 404)"
        ):
            install(source_of("geolite2", key, maxmind=site), in_use)
    with pytest.raises(BadInput, match="needs a licence key"):
        source_of("geolite2")


def test_an_address_that_is_neither_a_path_nor_of_the_web_is_refused():
    with pytest.raises(BadInput, match="give a path, an http"):
        source_of("ftp://example.org/places.mmdb")


def test_a_download_that_was_damaged_is_told_by_its_checksum(site, in_use):
    with refused(in_use, BadInput, "has the SHA-256 .* and not"):
        install(source_of("geolite2", ACCOUNT_KEY, maxmind=f"{site}/damaged"), in_use)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"no database", "cannot be used as a file of places"),
        (b"", "cannot be used as a file of places"),
        (gzip.compress(b"x" * 9_000, mtime=0)[:30], "cannot be unpacked"),
        (gzip.compress(b"no database", mtime=0), "cannot be used as a file of places"),
        (tar_gz(README_txt=b"nothing"), "holds 0 MMDB files"),
    ],
)
def test_what_is_no_file_of_places_is_refused(tmp_path, in_use, content, says):
    given = tmp_path / "given"
    given.write_bytes(content)
    with refused(in_use, BadInput, says):
        install(source_of(str(given)), in_use)


def test_a_source_that_is_not_there_is_told(site, tmp_path, in_use):
    with refused(in_use, BadInput, "absent.mmdb cannot be brought to .*No such file"):
        install(source_of(str(tmp_path / "absent.mmdb")), in_use)
    with refused(in_use, Unavailable, "answers 404"):
        install(source_of(f"{site}/absent.mmdb"), in_use)
    with refused(in_use, Unavailable, "cannot be reached"):
        install(source_of("http://127.0.0.1:1/places.mmdb"), in_use)


def test_a_disk_without_room_leaves_the_old_file_in_use(tmp_path, in_use, mmdb):
    given = tmp_path / "given.mmdb"
    given.write_bytes(mmdb)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(mmdb) // 2, before[1]))
    try:
        with refused(in_use, BadInput, "cannot be brought to .*File too large"):
            install(source_of(str(given)), in_use)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
