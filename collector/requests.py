"""What the headers and the body of a request say, before anything is known about its card."""

from collections.abc import Sequence
from functools import lru_cache

from collector import admission
from collector.admission import Refused
from collector.visitors import Networks, canonical, client_address

Headers = dict[bytes, bytes]
"""Lower-case names, as ASGI gives them; of a header sent twice, the last one."""

LANGUAGE_BYTES_MAX = 64
"""Of `Accept-Language`: far more than its first language takes."""

_MEDIA_TYPES = (b"text/plain", b"application/json")
_PREFETCH_HEADERS = frozenset((b"sec-purpose", b"purpose", b"x-purpose", b"x-moz"))
_PREFETCH_WORDS = (b"prefetch", b"prerender", b"preview")


def unfit(headers: Headers) -> Refused | None:
    # Compressed bodies are refused unread: a few bytes could unfold into gigabytes.
    if b"content-encoding" in headers or not _is_json(headers.get(b"content-type", b"")):
        return Refused(admission.MEDIA_TYPE, "Send text/plain or application/json, not compressed.")
    return None


def objects(headers: Headers) -> bool:
    return headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1"


def mark(headers: Headers) -> str:
    """`prefetch` when the browser fetches ahead of its user, by any of the names this had."""
    if _PREFETCH_HEADERS.isdisjoint(headers):
        return ""
    for name in _PREFETCH_HEADERS:
        value = headers.get(name)
        if value and any(word in value.lower() for word in _PREFETCH_WORDS):
            return "prefetch"
    return ""


@lru_cache(maxsize=1024)
def language(accepted: bytes) -> str:
    """The one that a browser puts first: `fr-FR` of `fr-FR,fr;q=0.9`."""
    return accepted.split(b",")[0].split(b";")[0].strip().decode("latin-1")


def visitor_address(
    peer: str, raw_headers: Sequence[tuple[bytes, bytes]], trusted: Networks
) -> str:
    if not trusted:
        return canonical(peer)
    forwarded = [
        value.decode("latin-1") for name, value in raw_headers if name == b"x-forwarded-for"
    ]
    return client_address(peer, forwarded, trusted)


@lru_cache(maxsize=256)
def _is_json(content_type: bytes) -> bool:
    return content_type.partition(b";")[0].strip().lower() in _MEDIA_TYPES
