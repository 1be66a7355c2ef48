"""`/api/track` as a bare ASGI callable in front of the application.

Everything else goes to the inner application untouched. Run the HTTP server without an access log
and without proxy headers of its own: the one writes down the addresses this package takes care to
forget, the other believes anybody. On our own server `connections.py` takes a shorter way.
"""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from collector.admission import TOO_LARGE
from collector.problems import Answer
from collector.requests import Headers
from collector.track import Track
from schema.wire import BODY_BYTES_MAX

PATH = "/api/track"


class HotPath:
    def __init__(self, inner: ASGIApp, track: Track) -> None:
        self._inner = inner
        self.track = track

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._inner(scope, receive, send)
            return
        fields: Headers = dict(scope["headers"])
        if scope["method"] == "POST":
            answer = await self._post(scope, fields, receive)
        else:
            answer = self.track.other(scope["method"], fields)
        headers = answer.headers
        if answer.status == TOO_LARGE.status:
            # The rest of the body is not read, so the connection cannot be used again.
            headers += ((b"connection", b"close"),)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _post(self, scope: Scope, fields: Headers, receive: Receive) -> Answer:
        body = await _read(receive)
        if len(body) > BODY_BYTES_MAX:
            return self.track.too_large(fields)
        told: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        peer = scope["client"]
        self.track.post(
            fields,
            scope["headers"],
            body,
            peer[0] if peer else "",
            lambda answer: None if told.done() else told.set_result(answer),
        )
        return await told


async def _read(receive: Receive) -> bytes:
    """The body, or as much of it as shows that it is too large."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= BODY_BYTES_MAX:
        message = await receive()
        body += message.get("body", b"")
    return body
