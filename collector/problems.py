"""What a caller gets back: 204, or RFC 9457 `application/problem+json` with a stable `type`."""

from typing import NamedTuple

import msgspec

from collector import admission
from collector.admission import Reason, Refused

TYPE_PREFIX = "urn:balise:problem:"
RETRY_AFTER_S = 5

HeaderList = tuple[tuple[bytes, bytes], ...]

_MORE_HEADERS: dict[Reason, HeaderList] = {
    admission.METHOD: ((b"allow", b"POST, OPTIONS"),),
    admission.SPOOL_FULL: ((b"retry-after", str(RETRY_AFTER_S).encode()),),
}


class Answer(NamedTuple):
    status: int
    headers: HeaderList
    body: bytes


def problem(refused: Refused, headers: HeaderList) -> Answer:
    reason = refused.reason
    body = msgspec.json.encode(
        {
            "type": TYPE_PREFIX + reason.name.replace("_", "-"),
            "title": reason.title,
            "status": reason.status,
            "detail": refused.detail,
        }
    )
    about: HeaderList = (
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    )
    if refused.wait_s:
        about += ((b"retry-after", str(refused.wait_s).encode()),)
    return Answer(reason.status, about + _MORE_HEADERS.get(reason, ()) + headers, body)
