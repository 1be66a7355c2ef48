"""The wire contract of `POST /api/track`: typed, bounded, and closed to unknown keys.

msgspec validates for the price of parsing. What it cannot say in a type (a click names a target) or
says at a higher price (a pattern) is checked in `decode`, so `decode` is the only door.
"""

import re
from typing import Annotated, Literal

import msgspec

from schema.targets import TARGET_WORDS

BODY_BYTES_MAX = 16 * 1024
EVENTS_MAX = 50
AGE_MS_MAX = 72 * 3_600_000
AHEAD_MS_MAX = 60_000
ENGAGED_MS_MAX = 30 * 60_000
MARK_CHARS_MAX = 64
"""Of what the address carries: medium and item."""
LABEL_CHARS_MAX = 32

MEDIA = ("qr", "nfc", "link", "sig", "wallet", "share")
UNKNOWN_MEDIUM = "inconnu"
CHANNELS = ("whatsapp", "linkedin", "facebook", "email", "sms", "copy", "sheet")
"""Through what a visitor shared a card; `sheet` is the share sheet of the system."""

_EPOCH_MS = Annotated[int, msgspec.Meta(ge=946_684_800_000, le=4_102_444_800_000)]
_PAGE = re.compile(r"[A-Za-z0-9_-]*")
_OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_TARGET_WORDS = frozenset(TARGET_WORDS)
_ONCE_NAMES = ("view", "click", "engage")


class Event(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    seq: Annotated[int, msgspec.Meta(ge=0, le=65_535)]
    name: Annotated[str, msgspec.Meta(max_length=32)]
    at: _EPOCH_MS
    target: Annotated[str, msgspec.Meta(max_length=16)] = ""
    label: Annotated[str, msgspec.Meta(max_length=LABEL_CHARS_MAX)] = ""
    ms: Annotated[int, msgspec.Meta(ge=0, le=ENGAGED_MS_MAX)] = 0
    scroll: Annotated[int, msgspec.Meta(ge=0, le=100)] = 0


class Envelope(msgspec.Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    v: Literal[1]
    card: Annotated[str, msgspec.Meta(min_length=8, max_length=8)]
    page: Annotated[str, msgspec.Meta(min_length=12, max_length=12)]
    sent: _EPOCH_MS
    events: Annotated[list[Event], msgspec.Meta(min_length=1, max_length=EVENTS_MAX)]
    medium: Annotated[str, msgspec.Meta(max_length=MARK_CHARS_MAX)] = ""
    item: Annotated[str, msgspec.Meta(max_length=MARK_CHARS_MAX)] = ""
    ref: Annotated[str, msgspec.Meta(max_length=253)] = ""
    lang: Annotated[str, msgspec.Meta(max_length=35)] = ""
    tz: Annotated[str, msgspec.Meta(max_length=64)] = ""
    width: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0


class WireError(ValueError):
    """The body breaks the contract. The message says which field and why."""


_decoder = msgspec.json.Decoder(Envelope)


def decode(body: bytes) -> Envelope:
    try:
        envelope = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from None
    if not (envelope.card.isalnum() and envelope.card.isascii()):
        raise WireError("A card's id is made of letters and digits - at `$.card`")
    if not _PAGE.fullmatch(envelope.page):
        raise WireError("A page's id is made of letters, digits, - and _ - at `$.page`")
    for index, event in enumerate(envelope.events):
        if event.name == "click":
            if event.target not in _TARGET_WORDS:
                raise WireError(f"Unknown target {event.target!r} - at `$.events[{index}].target`")
        elif event.target:
            raise WireError(f"Only a click has a target - at `$.events[{index}].target`")
        if event.name not in _ONCE_NAMES and not _OWN_NAME.fullmatch(event.name):
            raise WireError(
                f"An event's name is made of a-z, 0-9 and _ - at `$.events[{index}].name`"
            )
    return envelope
