"""The script as it is served: under its plain name for a few minutes, under its hash for ever.

For ever means that a tag with an older version's hash, and its `integrity`, goes on working after
an update: what was once installed somewhere is kept in `static/past`, under the name it has.
"""

import base64
import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256, sha384
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from collector.route import OwnRoute

PLAIN_PATH = "/b.js"
PLAIN_AGE_S = 600
"""The plain name never changes, so a new version must arrive soon."""
HASHED_AGE_S = 365 * 86_400

_HEADERS = {
    "vary": "accept-encoding",
    # Every card's site may load it; with `crossorigin` and an integrity value it must be allowed.
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "timing-allow-origin": "*",
    "x-content-type-options": "nosniff",
}
_BY_AGE = {
    PLAIN_PATH: f"public, max-age={PLAIN_AGE_S}, stale-while-revalidate=86400",
    "": f"public, max-age={HASHED_AGE_S}, immutable",
}


@dataclass(frozen=True, slots=True)
class _Script:
    bodies: dict[str, bytes]
    """By content encoding, the smallest first."""
    tag: str
    integrity: str


@cache
def _scripts() -> dict[str, _Script]:
    """By path; under its plain name the one that is installed from now on."""
    folder = files("collector") / "static"
    plain = (folder / "b.js").read_bytes()
    now = _script(plain, (folder / "b.js.gz").read_bytes(), br=(folder / "b.js.br").read_bytes())
    whole = [file.read_bytes() for file in (folder / "past").iterdir()]
    past = [_script(text, gzip.compress(text, 9, mtime=0)) for text in whole]
    return {_hashed_path(each): each for each in (*past, now)} | {PLAIN_PATH: now}


def _script(plain: bytes, gz: bytes, **better: bytes) -> _Script:
    digest = base64.b64encode(sha384(plain).digest()).decode()
    return _Script(
        better | {"gzip": gz, "identity": plain},
        sha256(plain).hexdigest()[:16],
        f"sha384-{digest}",
    )


def _hashed_path(script: _Script) -> str:
    return f"/b.{script.tag}.js"


def integrity() -> str:
    """The value of a tag's `integrity`; it belongs to `hashed_path`, whose bytes never change."""
    return _scripts()[PLAIN_PATH].integrity


def hashed_path() -> str:
    return _hashed_path(_scripts()[PLAIN_PATH])


def routes() -> list[Route]:
    return [OwnRoute(path, _serve) for path in _scripts()]


async def _serve(request: Request) -> Response:
    script = _scripts()[request.url.path]
    encoding = _encoding(request.headers.get("accept-encoding", ""), script)
    # Each encoding is a representation of its own and has a tag of its own (RFC 9110, 8.8.3).
    etag = f'"{script.tag}-{encoding}"'
    age = _BY_AGE.get(request.url.path, _BY_AGE[""])
    headers = _HEADERS | {"etag": etag, "cache-control": age}
    if encoding != "identity":
        headers["content-encoding"] = encoding
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(script.bodies[encoding], headers=headers, media_type="text/javascript")


def _encoding(accepted: str, script: _Script) -> str:
    """The smallest of those that the browser takes: `gzip, br;q=1` names two, `br;q=0` none."""
    offers = [offer.replace(" ", "").lower().partition(";q=") for offer in accepted.split(",")]
    taken = {name for name, _, weight in offers if weight.rstrip("0.") or not weight}
    return next((name for name in script.bodies if name in taken), "identity")
