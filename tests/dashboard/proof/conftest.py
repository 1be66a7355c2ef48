"""An account with everything: two cards in two zones, a month of visits, most days closed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from pipeline.roll import roll_closed_days
from schema.directory import items
from schema.directory.tables import accounts

VISITS = 150
DAYS = 30
PLACES = (
    *[("FR", "Bretagne", "Brest")] * 3,
    ("FR", "Bretagne", "Rennes"),
    ("FR", "Bretagne", ""),
    ("FR", "Île-de-France", "Paris"),
    ("RE", "", "Saint-Denis"),
    ("BE", "Bruxelles", "Bruxelles"),
    ("", "", ""),
)


def _visit(world, card, draw: Random, codes) -> Iterator[dict]:
    country, region, city = draw.choice(PLACES)
    day = datetime.fromtimestamp(world.clock.now_ms / 1000, UTC) - timedelta(days=DAYS)
    at = (day + timedelta(minutes=draw.randrange(DAYS * 24 * 60))).astimezone(ZoneInfo(card.zone))
    given = {
        "visitor": draw.randrange(1, 60),
        "class": draw.choice(("human", "human", "human", "human", "bot")),
        "source": draw.choice(("qr", "nfc", "search", "direct")),
        "medium": draw.choice(("qr", "")),
        "item": draw.choice((*codes, "")),
        "referrer": draw.choice(("www.google.com", "www.linkedin.com", "")),
        "lang": draw.choice(("fr-FR", "en")),
        "device": draw.choice(("mobile", "mobile", "desktop")),
        "browser": draw.choice(("Safari", "Chrome")),
        "os": draw.choice(("iOS", "macOS", "")),
        "country": country,
        "region": region,
        "city": city,
        "page": uuid4().hex[:12],
    }
    for seq in range(draw.randrange(1, 6)):
        name = "view" if seq == 0 else draw.choice(("view", "click", "click", "engage"))
        target = draw.choice(("phone", "map", "email", "linkedin")) if name == "click" else ""
        ms = draw.choice((900, 62_345)) * seq if name == "engage" else 0
        yield world.event(card, at.isoformat(), **given, seq=seq, name=name, target=target, ms=ms)
        at += timedelta(seconds=draw.choice((1, 20, 1801)))


@pytest.fixture(scope="module")
def full(lasting_world):
    """Its days are closed but for today and yesterday."""
    world, draw = lasting_world, Random(6)
    with world.directory.write() as conn:
        mine = accounts.c.id == world.mine.account
        conn.execute(update(accounts).where(mine).values(tier="multi_cartes"))
        codes = {
            card: [
                items.create(conn, card=card.id, medium="qr", label=label, now_ms=1).code
                for label in ("Salon de Lyon", "Vitrine")
            ]
            for card in (world.mine, world.second)
        }
    events = [
        event
        for card in codes
        for _ in range(VISITS)
        for event in _visit(world, card, draw, codes[card])
    ]
    world.store_events(*(each for each in events if each["at"].timestamp() * 1000 < world.clock()))
    roll_closed_days(world.store, world.directory, world.clock.now_ms)
    return world
