"""`/cards/{card}/live`: the last 30 minutes as they change, as server-sent events."""

from collections.abc import AsyncIterator
from dataclasses import asdict

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from dashboard.site import Reader
from schema.directory.cards import Card

RETRY_MS = 5_000


def listen(reader: Reader, card: Card) -> Response:
    board = reader.site.board
    if board.is_full:
        raise HTTPException(503)
    language = reader.renderer.language

    async def told() -> AsyncIterator[bytes]:
        yield b"retry: %d\n\n" % RETRY_MS
        async for now in board.listen(card.id):
            shown = {name: language.number(count) for name, count in asdict(now).items()}
            yield b"data: %s\n\n" % orjson.dumps(shown)

    return StreamingResponse(told(), media_type="text/event-stream")
