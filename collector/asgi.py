"""`/api/track` as a bare ASGI callable in front of the application: the hot path.

Read, decode, decide, append, and answer 204 after the commit; everything else goes to the inner
application untouched. Run the HTTP server without an access log and without proxy headers of its
own: the one writes down the addresses this file takes care to forget, the other believes anybody.
"""

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collector import admission, clean, requests
from collector.admission import Facts, KnownCard, Refused, admit
from collector.cards import CardBook
from collector.problems import HeaderList, send_problem
from collector.requests import Headers
from collector.spool import Spool, SpoolFull
from collector.visitors import Networks
from schema.clock import Clock
from schema.wire import Envelope

PATH = "/api/track"
PREFLIGHT_AGE_S = 7_200

_NO_CARD = KnownCard("", "UTC", frozenset())
"""What is refused before its card is known is counted under no card, in UTC days."""
_PREFLIGHT_HEADERS: HeaderList = [
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", str(PREFLIGHT_AGE_S).encode()),
]
_NO_BODY: Message = {"type": "http.response.body", "body": b""}

_encode_lines = msgspec.json.Encoder().encode_lines


class HotPath:
    def __init__(
        self,
        inner: ASGIApp,
        *,
        book: CardBook,
        spool: Spool,
        clock: Clock,
        trusted_proxies: Networks = (),
    ) -> None:
        self._inner = inner
        self._book = book
        self._spool = spool
        self._clock = clock
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._inner(scope, receive, send)
            return
        headers: Headers = dict(scope["headers"])
        answer = self._cors(headers)
        if scope["method"] == "POST":
            refused = await self._take(scope, headers, receive)
        elif scope["method"] == "OPTIONS":
            refused = None if answer else Refused(admission.ORIGIN, "No card is on that site.")
            answer = answer + _PREFLIGHT_HEADERS
        else:
            refused = Refused(admission.METHOD, "")
        # An objection is refused to us, not to the visitor.
        if refused is None or refused.reason is admission.OBJECTED:
            await send({"type": "http.response.start", "status": 204, "headers": answer})
            await send(_NO_BODY)
        else:
            await send_problem(send, refused, answer)

    async def _take(self, scope: Scope, headers: Headers, receive: Receive) -> Refused | None:
        """Nothing, once the events are safe on the disk."""
        now_ms = self._clock()
        envelope = await requests.read_envelope(headers, receive)
        if isinstance(envelope, Refused):
            return self._counted(envelope, _NO_CARD, 1, now_ms)
        events = len(envelope.events)
        card = self._book.find(envelope.card)
        facts = self._facts(envelope, scope, headers)
        verdict = admit(facts, card, now_ms, self._book.salt_at, self._book.item_key)
        if isinstance(verdict, Refused):
            return self._counted(verdict, card or _NO_CARD, events, now_ms)
        rows = _encode_lines(verdict.events)
        day = self._book.day_at(verdict.card.zone, now_ms)
        try:
            await self._spool.append(rows, events, day=day, card=verdict.card.id)
        except SpoolFull:  # the spool has logged why; the visitor is not told about our disks
            return Refused(admission.SPOOL_FULL, "Nothing was kept; try again later.")
        return None

    def _facts(self, envelope: Envelope, scope: Scope, headers: Headers) -> Facts:
        peer = scope["client"]
        return Facts(
            envelope,
            headers.get(b"origin", b"").decode("latin-1"),
            requests.objects(headers),
            requests.visitor_address(
                peer[0] if peer else "", scope["headers"], self._trusted_proxies
            ),
            clean.agent(headers.get(b"user-agent", b"")),
            requests.mark(headers),
        )

    def _counted(self, refused: Refused, card: KnownCard, events: int, now_ms: int) -> Refused:
        day = self._book.day_at(card.zone, now_ms)
        self._spool.count(day, card.id, refused.reason.name, events)
        return refused

    def _cors(self, headers: Headers) -> HeaderList:
        """Lets the scripts of the cards' sites read the answer. Only known origins are echoed."""
        origin = headers.get(b"origin")
        if origin is None or not self._book.knows_origin(origin.decode("latin-1")):
            return []
        return [(b"access-control-allow-origin", origin), (b"vary", b"origin")]
