"""Admit or refuse: a pure function of the request, the card and the time.

Every reason to refuse is in `REASONS`, answered with its own `type`, counted, and has a test that
names it. Nothing here reads a clock, a file or a socket.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from collector import clean
from collector.visitors import network, visitor_id
from schema import items
from schema.spooled import SpooledEvent
from schema.targets import SHARE, SYNONYMS
from schema.wire import AGE_MS_MAX, AHEAD_MS_MAX, BODY_BYTES_MAX, Envelope

SaltAt = Callable[[str, int], bytes]
"""The salt of a zone's local date at an instant."""


@dataclass(frozen=True, slots=True)
class Reason:
    name: str
    """What is counted, and the end of the problem's `type`: both are for ever."""
    status: int
    title: str


METHOD = Reason("method", 405, "Only POST is answered here.")
MEDIA_TYPE = Reason("media_type", 415, "The body must be plain JSON.")
TOO_LARGE = Reason("too_large", 413, f"The body has more than {BODY_BYTES_MAX} bytes.")
MALFORMED = Reason("malformed", 400, "The body breaks the contract.")
UNKNOWN_CARD = Reason("unknown_card", 404, "No card has this id.")
ORIGIN = Reason("origin", 403, "This card is not on that site.")
OBJECTED = Reason("objected", 204, "The visitor objects to being counted.")
TOO_OLD = Reason("too_old", 400, "An event is older than 72 hours.")
AHEAD = Reason("ahead", 400, "An event is later than the moment it was sent.")
RATE = Reason("rate", 429, "Too many requests.")
SPOOL_FULL = Reason("spool_full", 503, "No room is left to keep events safe.")

REASONS = (
    METHOD,
    MEDIA_TYPE,
    TOO_LARGE,
    MALFORMED,
    UNKNOWN_CARD,
    ORIGIN,
    OBJECTED,
    TOO_OLD,
    AHEAD,
    RATE,
    SPOOL_FULL,
)


@dataclass(frozen=True, slots=True)
class KnownCard:
    """What admission must know of a card."""

    id: str
    zone: str
    origins: frozenset[str]


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What a request says, once its body is decoded."""

    envelope: Envelope
    origin: str
    """The `Origin` header; a program that is not a browser may send none."""
    objected: bool
    address: str
    agent: str
    mark: str
    language: str = ""
    """The first of the `Accept-Language` header, which comes with every request anyway."""


class Admitted(msgspec.Struct, frozen=True, gc=False):
    card: KnownCard
    events: list[SpooledEvent]


class Refused(msgspec.Struct, frozen=True, gc=False):
    reason: Reason
    detail: str
    wait_s: int = 0
    """When it is worth trying again."""


def admit(
    facts: Facts, card: KnownCard | None, now_ms: int, salt_at: SaltAt, item_key: bytes
) -> Admitted | Refused:
    envelope = facts.envelope
    if card is None:
        return Refused(UNKNOWN_CARD, f"No card has the id {envelope.card} - at `$.card`")
    # A page of another site cannot forge this header. A program can, whatever we ask of it, so
    # asking programs for one would protect nothing.
    if facts.origin and facts.origin not in card.origins:
        return Refused(ORIGIN, "Add the address of this site to the origins of the card.")
    if facts.objected:
        return Refused(OBJECTED, "")
    for index, event in enumerate(envelope.events):
        age_ms = envelope.sent - event.at
        if age_ms > AGE_MS_MAX:
            return Refused(TOO_OLD, f"Sent {age_ms} ms after it - at `$.events[{index}].at`")
        if age_ms < -AHEAD_MS_MAX:
            return Refused(AHEAD, f"Sent {-age_ms} ms before it - at `$.events[{index}].at`")
    return Admitted(card, _spooled(facts, card, now_ms, salt_at, item_key))


def _spooled(
    facts: Facts, card: KnownCard, now_ms: int, salt_at: SaltAt, item_key: bytes
) -> list[SpooledEvent]:
    envelope = facts.envelope
    medium, mark = clean.medium(envelope.medium), facts.mark
    item = clean.channel(medium, envelope.item)
    signed = items.read(item_key, card.id, envelope.item)
    if signed:
        # What was signed weighs more than what stands in the address, which anybody can edit.
        item, medium = signed
        mark = "owner" if signed.is_trial else mark
    ref = clean.host(envelope.ref)
    if f"https://{ref}" in card.origins or f"http://{ref}" in card.origins:
        ref = ""  # from one page of the card's own site to another
    lang = clean.language(envelope.lang or facts.language)
    tz = clean.zone(envelope.tz)
    prefix = network(facts.address)
    # The client's clock may be years off: only the difference between its own times is used.
    offset_ms = now_ms - envelope.sent
    salt, visitor = b"", 0
    events = []
    for event in envelope.events:
        name, target = event.name, SYNONYMS.get(event.target, event.target)
        if target == SHARE:
            name, target = SHARE, ""
        at_ms = event.at + offset_ms
        salt_then = salt_at(card.zone, at_ms)
        if salt_then != salt:
            salt, visitor = salt_then, visitor_id(salt_then, card.id, facts.address, facts.agent)
        events.append(
            SpooledEvent(
                card.id,
                at_ms,
                now_ms,
                envelope.page,
                event.seq,
                name,
                target,
                clean.label(event.label),
                event.ms,
                event.scroll,
                visitor,
                medium,
                item,
                ref,
                lang,
                tz,
                envelope.width,
                facts.agent,
                prefix,
                mark,
            )
        )
    return events
