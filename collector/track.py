"""One request to `/api/track`, from its headers and its body to an answer: the hot path itself.

Decode, decide, append; what is appended is answered after the commit. Nothing here knows how the
bytes came or go: `asgi.py` and `connections.py` do. Every line is paid for by every event.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from math import ceil

import msgspec

from collector import admission, clean, requests
from collector.admission import Admitted, Facts, KnownCard, Refused, admit
from collector.cards import CardBook
from collector.limits import Buckets
from collector.problems import Answer, HeaderList, problem
from collector.requests import Headers
from collector.spool import Spool, SpoolFull
from collector.visitors import Networks, network
from schema.clock import Clock
from schema.wire import Envelope, WireError, decode

PREFLIGHT_AGE_S = 7_200

RawHeaders = Sequence[tuple[bytes, bytes]]
Tell = Callable[[Answer], None]

_NO_CARD = KnownCard("", "UTC", frozenset())
"""What is refused before its card is known is counted under no card, in UTC days."""
_NOT_SAFE = Refused(admission.SPOOL_FULL, "Nothing was kept; try again later.")
_PREFLIGHT_HEADERS: HeaderList = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", str(PREFLIGHT_AGE_S).encode()),
)

_encode_lines = msgspec.json.Encoder().encode_lines


class Track:
    def __init__(
        self,
        *,
        book: CardBook,
        spool: Spool,
        clock: Clock,
        network_requests_s: int,
        card_requests_s: int,
        trusted_proxies: Networks = (),
    ) -> None:
        self._book = book
        self._spool = spool
        self._clock = clock
        self._networks = Buckets(network_requests_s)
        self._cards = Buckets(card_requests_s)
        self._trusted_proxies = trusted_proxies

    def post(self, headers: Headers, raw: RawHeaders, body: bytes, peer: str, tell: Tell) -> None:
        """Answers now when it refuses, else when the events are on the disk, or cannot be."""
        now_ms = self._clock()
        cors = self._cors(headers)
        address = requests.visitor_address(peer, raw, self._trusted_proxies)
        envelope = self._envelope(headers, body, address, now_ms)
        if isinstance(envelope, Refused):
            return tell(self._refuse(envelope, _NO_CARD, 1, now_ms, cors))
        card = self._book.find(envelope.card)
        verdict = self._verdict(envelope, card, headers, address, now_ms)
        events = len(envelope.events)
        if isinstance(verdict, Refused):
            return tell(self._refuse(verdict, card or _NO_CARD, events, now_ms, cors))
        day = self._book.day_at(verdict.card.zone, now_ms)
        rows = _encode_lines(verdict.events)
        saved = partial(self._saved, tell, verdict.card, events, now_ms, cors)
        try:
            self._spool.put(rows, events, saved, day=day, card=envelope.card)
        except SpoolFull as full:
            saved(str(full))
        return None

    def other(self, method: str, headers: Headers) -> Answer:
        """To anything but POST."""
        cors = self._cors(headers)
        if method != "OPTIONS":
            return self._refuse(Refused(admission.METHOD, ""), _NO_CARD, 1, self._clock(), cors)
        if not cors:
            return problem(Refused(admission.ORIGIN, "No card is on that site."), cors)
        return Answer(204, cors + _PREFLIGHT_HEADERS, b"")

    def too_large(self, headers: Headers) -> Answer:
        """To a body of which so much has come that its end does not matter."""
        cors = self._cors(headers)
        return self._refuse(Refused(admission.TOO_LARGE, ""), _NO_CARD, 1, self._clock(), cors)

    def _saved(
        self,
        tell: Tell,
        card: KnownCard,
        events: int,
        now_ms: int,
        cors: HeaderList,
        trouble: str,
    ) -> None:
        if trouble:  # the spool has logged it; the visitor is not told about our disks
            tell(self._refuse(_NOT_SAFE, card, events, now_ms, cors))
        else:
            tell(_no_content(cors))

    def _envelope(
        self, headers: Headers, body: bytes, address: str, now_ms: int
    ) -> Envelope | Refused:
        refused = _limited(self._networks, network(address), now_ms) or requests.unfit(headers)
        if refused:
            return refused
        try:
            return decode(body)
        except WireError as error:
            return Refused(admission.MALFORMED, str(error))

    def _verdict(
        self,
        envelope: Envelope,
        card: KnownCard | None,
        headers: Headers,
        address: str,
        now_ms: int,
    ) -> Admitted | Refused:
        facts = Facts(
            envelope,
            headers.get(b"origin", b"").decode("latin-1"),
            requests.objects(headers),
            address,
            clean.agent(headers.get(b"user-agent", b"")[: clean.AGENT_CHARS_MAX]),
            requests.mark(headers),
            requests.language(headers.get(b"accept-language", b"")[: requests.LANGUAGE_BYTES_MAX]),
        )
        verdict = admit(facts, card, now_ms, self._book.salt_at, self._book.item_key)
        if isinstance(verdict, Admitted):  # what is refused anyway takes no token
            return _limited(self._cards, verdict.card.id, now_ms) or verdict
        return verdict

    def _refuse(
        self, refused: Refused, card: KnownCard, events: int, now_ms: int, cors: HeaderList
    ) -> Answer:
        day = self._book.day_at(card.zone, now_ms)
        self._spool.count(day, card.id, refused.reason.name, events)
        # An objection is refused to us, not to the visitor.
        return _no_content(cors) if refused.reason is admission.OBJECTED else problem(refused, cors)

    def _cors(self, headers: Headers) -> HeaderList:
        """Lets the scripts of the cards' sites read the answer. Only known origins are echoed."""
        origin = headers.get(b"origin")
        if origin is None or not self._book.knows_origin(origin.decode("latin-1")):
            return ()
        return _allowed(origin)


@lru_cache(maxsize=1024)
def _allowed(origin: bytes) -> HeaderList:
    return ((b"access-control-allow-origin", origin), (b"vary", b"origin"))


@lru_cache(maxsize=1024)
def _no_content(headers: HeaderList) -> Answer:
    return Answer(204, headers, b"")


def _limited(buckets: Buckets, key: str, now_ms: int) -> Refused | None:
    wait_ms = buckets.take(key, now_ms)
    if not wait_ms:
        return None
    return Refused(admission.RATE, "Send less, or later.", ceil(wait_ms / 1000))
