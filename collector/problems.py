"""Refusals as the caller reads them: RFC 9457 `application/problem+json` with a stable `type`."""

import msgspec
from starlette.types import Send

from collector import admission
from collector.admission import Reason, Refused

TYPE_PREFIX = "urn:balise:problem:"
RETRY_AFTER_S = 5

HeaderList = list[tuple[bytes, bytes]]

_MORE_HEADERS: dict[Reason, HeaderList] = {
    admission.METHOD: [(b"allow", b"POST, OPTIONS")],
    # The rest of the body is not read, so the connection cannot be used again.
    admission.TOO_LARGE: [(b"connection", b"close")],
    admission.SPOOL_FULL: [(b"retry-after", str(RETRY_AFTER_S).encode())],
}


async def send_problem(send: Send, refused: Refused, headers: HeaderList) -> None:
    reason = refused.reason
    body = msgspec.json.encode(
        {
            "type": TYPE_PREFIX + reason.name.replace("_", "-"),
            "title": reason.title,
            "status": reason.status,
            "detail": refused.detail,
        }
    )
    about = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    more = _MORE_HEADERS.get(reason, [])
    await send(
        {
            "type": "http.response.start",
            "status": reason.status,
            "headers": about + more + headers,
        }
    )
    await send({"type": "http.response.body", "body": body})
