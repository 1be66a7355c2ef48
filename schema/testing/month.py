"""A month of visits to a card, seeded: several people, pauses around half an hour, and machines.

It lies around the end of summer time in Europe, and holds one town that few people come from.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

FIRST = date(2026, 10, 20)
LAST = date(2026, 11, 20)
SITTINGS = 120
PLACES = (
    ("FR", "Bretagne", "Brest"),
    ("FR", "Bretagne", "Brest"),
    ("FR", "Bretagne", "Rennes"),
    ("FR", "Bretagne", ""),
    ("FR", "", ""),
    ("RE", "", "Saint-Denis"),
    ("BE", "Bruxelles", "Bruxelles"),
    ("", "", ""),
)
RARE = ("FR", "Bretagne", "Vannes")


def happened(card: str, zone: ZoneInfo, draw: Random) -> list[dict[str, Any]]:
    """Events with the columns of `events`."""
    return [
        event
        for n in range(SITTINGS)
        for event in _sitting(
            {"card": card, **_visitor(draw, RARE if n % 40 == 0 else draw.choice(PLACES))},
            _moment(zone, draw),
            draw,
        )
    ]


def _moment(zone: ZoneInfo, draw: Random) -> datetime:
    day = FIRST + timedelta(days=draw.randrange((LAST - FIRST).days + 1))
    hour, minute = draw.randrange(17), draw.randrange(60)
    at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    return at.astimezone(UTC)


def _visitor(draw: Random, place: tuple[str, str, str]) -> dict[str, Any]:
    country, region, city = place
    return {
        "visitor": draw.randrange(1, 40),
        "class": draw.choice(("human", "human", "human", "human", "bot")),
        "source": draw.choice(("qr", "search", "direct")),
        "medium": draw.choice(("qr", "")),
        "item": draw.choice(("Stand001", "Carte002", "")),
        "referrer": draw.choice(("www.google.com", "")),
        "lang": draw.choice(("fr-FR", "en")),
        "device": draw.choice(("mobile", "desktop")),
        "browser": draw.choice(("Safari", "Chrome")),
        "os": draw.choice(("iOS", "macOS", "")),
        "country": country,
        "region": region,
        "city": city,
    }


def _sitting(given: dict[str, Any], at: datetime, draw: Random) -> Iterator[dict[str, Any]]:
    """What one visitor does in a row, at times on another page of the card."""
    page = uuid4().hex[:12]
    for seq in range(draw.randrange(1, 6)):
        name = "view" if seq == 0 else draw.choice(("view", "click", "click", "engage"))
        yield {
            **given,
            "at": at,
            "received": at,
            "page": page,
            "seq": seq,
            "name": name,
            "target": draw.choice(("phone", "map", "email")) if name == "click" else "",
            "ms": draw.choice((900, 9_999, 10_000, 62_345)) * seq if name == "engage" else 0,
        }
        pause_s = draw.choice((1, 20, 20, 1800, 1801))
        at += timedelta(seconds=pause_s, milliseconds=draw.choice((0, 1)))
        if draw.random() < 0.3:
            page, given = uuid4().hex[:12], {**given, "source": "direct"}
