"""Seeded makers of events: the same seed gives the same event, on every machine.

`envelope` makes what a browser sends, `spooled` what the collector leaves for the shipper.
Name what your test is about; the seed fills in the rest.
"""

from random import Random
from typing import Any

import msgspec

from schema.ids import ALPHABET, PAGE_ID_CHARS
from schema.spooled import SpooledEvent
from schema.targets import TARGETS
from schema.wire import MEDIA

NOW_MS = 1_795_176_000_000
"""2026-11-20 12:00 UTC: the instant tests agree on, a Friday."""

CARD = "k7Hq2xPa"

AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36",
)
_ZONES = ("Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Tahiti")
_REFERRERS = ("", "", "www.google.com", "www.linkedin.com", "l.instagram.com")
_NETWORKS = ("192.0.2.0/24", "198.51.100.0/24", "2001:db8:1::/48")


def envelope(seed: int = 0, /, **given: Any) -> dict[str, Any]:
    """One view sent at `NOW_MS` from one page instance, as JSON would carry it."""
    draw = Random(f"envelope {seed}")
    made = {
        "v": 1,
        "card": CARD,
        "page": _word(draw, PAGE_ID_CHARS),
        "sent": NOW_MS,
        "medium": draw.choice(MEDIA),
        "ref": draw.choice(_REFERRERS),
        "lang": "fr-FR",
        "tz": draw.choice(_ZONES),
        "width": draw.choice((360, 390, 1440)),
        "events": [{"seq": 0, "name": "view", "at": NOW_MS}],
    }
    return made | given


def body(made: dict[str, Any]) -> bytes:
    return msgspec.json.encode(made)


def spooled(seed: int = 0, /, **given: Any) -> SpooledEvent:
    """One event as the collector spools it: a human view on `CARD` at `NOW_MS`."""
    draw = Random(f"spooled {seed}")
    name = given.get("name", "view")
    made = {
        "card": CARD,
        "at": NOW_MS,
        "received": given.get("at", NOW_MS) + 100,
        "page": _word(draw, PAGE_ID_CHARS),
        "seq": 0,
        "name": name,
        "target": draw.choice(TARGETS).name if name == "click" else "",
        "label": "",
        "ms": draw.randrange(1_000, 60_000) if name == "engage" else 0,
        "scroll": draw.randrange(101) if name == "engage" else 0,
        "visitor": draw.getrandbits(64),
        "medium": draw.choice(MEDIA),
        "item": "",
        "ref": draw.choice(_REFERRERS),
        "lang": "fr-FR",
        "tz": draw.choice(_ZONES),
        "width": draw.choice((360, 390, 1440)),
        "agent": draw.choice(AGENTS),
        "network": draw.choice(_NETWORKS),
    }
    return SpooledEvent(**made | given)


def batch(events: list[SpooledEvent]) -> bytes:
    """The body of one row of `batches`: JSON lines."""
    return msgspec.json.Encoder().encode_lines(events)


def _word(draw: Random, chars: int) -> str:
    return "".join(draw.choices(ALPHABET, k=chars))
