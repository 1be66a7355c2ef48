"""What the headers and the body of a request say, before anything is known about its card."""

from collections.abc import Sequence

from starlette.types import Receive

from collector import admission
from collector.admission import Refused
from collector.visitors import Networks, canonical, client_address
from schema.wire import BODY_BYTES_MAX, Envelope, WireError, decode

Headers = dict[bytes, bytes]
"""Lower-case names, as ASGI gives them; of a header sent twice, the last one."""

_MEDIA_TYPES = (b"text/plain", b"application/json")
_PREFETCH_HEADERS = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
_PREFETCH_WORDS = (b"prefetch", b"prerender", b"preview")


async def read_envelope(headers: Headers, receive: Receive) -> Envelope | Refused:
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    # Compressed bodies are refused unread: a few bytes could unfold into gigabytes.
    if media_type not in _MEDIA_TYPES or b"content-encoding" in headers:
        return Refused(admission.MEDIA_TYPE, "Send text/plain or application/json, not compressed.")
    body = await _read_body(receive)
    if len(body) > BODY_BYTES_MAX:
        return Refused(admission.TOO_LARGE, "")
    try:
        return decode(body)
    except WireError as error:
        return Refused(admission.MALFORMED, str(error))


async def _read_body(receive: Receive) -> bytes:
    """The body, or as much of it as shows that it is too large."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= BODY_BYTES_MAX:
        message = await receive()
        body += message.get("body", b"")
    return body


def objects(headers: Headers) -> bool:
    return headers.get(b"sec-gpc") == b"1" or headers.get(b"dnt") == b"1"


def mark(headers: Headers) -> str:
    """`prefetch` when the browser fetches ahead of its user, by any of the names this had."""
    for name in _PREFETCH_HEADERS:
        value = headers.get(name)
        if value and any(word in value.lower() for word in _PREFETCH_WORDS):
            return "prefetch"
    return ""


def visitor_address(
    peer: str, raw_headers: Sequence[tuple[bytes, bytes]], trusted: Networks
) -> str:
    if not trusted:
        return canonical(peer)
    forwarded = [
        value.decode("latin-1") for name, value in raw_headers if name == b"x-forwarded-for"
    ]
    return client_address(peer, forwarded, trusted)
