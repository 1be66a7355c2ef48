"""Seeded traffic for the shipper: pages of one to four events, as spooled bodies.

10 000 distinct agents, 50 000 networks and 5 000 cards, as the question wants them; what an event
looks like otherwise follows what browsers send.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec

from schema.ids import ALPHABET
from schema.spooled import SpooledEvent, open_spool
from schema.testing.events import AGENTS as REAL_AGENTS

AGENTS, NETWORKS, CARDS = 10_000, 50_000, 5_000
EVENTS_A_COMMIT = 50
_STEPS = ("view", "click", "engage", "engage")
_SITES = ("", "", "", "www.google.com", "www.linkedin.com", "l.instagram.com", "m.facebook.com")
_ZONES = ("Europe/Paris", "Europe/Paris", "Indian/Reunion", "America/Martinique")


def events(seed: int, wanted: int, now_ms: int) -> Iterator[SpooledEvent]:
    fixed = Random(0)
    agents = [_agent(n) for n in range(AGENTS)]
    networks = [network_of(n) for n in range(NETWORKS)]
    cards = [_word(fixed, 8) for _ in range(CARDS)]
    draw = Random(seed)
    made = 0
    while made < wanted:
        # A few cards have most of the visits.
        card = cards[int(CARDS * draw.random() ** 3)]
        page, visitor = _word(draw, 12), draw.getrandbits(64)
        agent, network = draw.choice(agents), draw.choice(networks)
        ref, zone, width = draw.choice(_SITES), draw.choice(_ZONES), draw.choice((360, 390, 1440))
        medium = draw.choice(("qr", "nfc", "link", ""))
        for seq in range(min(draw.choice((1, 2, 3, 4)), wanted - made)):
            name = _STEPS[seq]
            at = now_ms - draw.randrange(1_000)
            click, engage = name == "click", name == "engage"
            yield SpooledEvent(
                card=card,
                at=at,
                received=at + 50,
                page=page,
                seq=seq,
                name=name,
                target=draw.choice(("phone", "email", "vcard", "linkedin")) if click else "",
                label="header" if click else "",
                ms=draw.randrange(1_000, 60_000) if engage else 0,
                scroll=draw.randrange(101) if engage else 0,
                visitor=visitor,
                medium=medium,
                item="",
                ref=ref,
                lang="fr-FR",
                tz=zone,
                width=width,
                agent=agent,
                network=network,
            )
            made += 1


def network_of(number: int) -> str:
    return f"{number % 223 + 1}.{number // 256}.{number % 256}.0/24"


def bodies(seed: int, wanted: int, now_ms: int) -> list[bytes]:
    """What group commits of `EVENTS_A_COMMIT` events leave."""
    encode = msgspec.json.Encoder().encode_lines
    made = list(events(seed, wanted, now_ms))
    return [
        encode(made[first : first + EVENTS_A_COMMIT]) for first in range(0, wanted, EVENTS_A_COMMIT)
    ]


def write_spool(path: Path, made: list[bytes], now_ms: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(open_spool(path)) as spool:
        _fill(spool, made, now_ms)


def _fill(spool: sqlite3.Connection, made: list[bytes], now_ms: int) -> None:
    spool.execute("BEGIN")
    spool.executemany(
        "INSERT INTO batches (received_ms, events, body) VALUES (?, ?, ?)",
        [(now_ms, body.count(b"\n"), body) for body in made],
    )
    spool.execute("COMMIT")


def _agent(number: int) -> str:
    """Distinct in the ways real ones are: versions of systems and browsers, names of telephones."""
    real = REAL_AGENTS[number % len(REAL_AGENTS)]
    return (
        real.replace("18_5", f"{14 + number % 5}_{number // 5 % 40}")
        .replace("18.5", f"{14 + number % 5}.{number // 5 % 40}")
        .replace("Pixel 8", f"SM-A{number}B")
        .replace("140.0.0.0", f"{100 + number % 41}.0.{number}.{number % 200}")
        .replace("15E148", f"15E{number}")
    )


def _word(draw: Random, chars: int) -> str:
    return "".join(draw.choices(ALPHABET, k=chars))
