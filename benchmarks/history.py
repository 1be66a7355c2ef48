"""An installation with millions of events, made by the engine itself: believable in what matters
to figures (a few large cards, a few visits per visitor, two or three events per visit)."""

from datetime import UTC, datetime
from pathlib import Path

from schema.directory import accounts
from schema.directory.database import Directory, open_directory
from schema.directory.tables import cards
from schema.directory.upgrade import upgrade
from schema.migrate import migrate
from schema.store import EventStore
from schema.store.address import parse
from schema.store.opening import open_store

ZONE = "Europe/Paris"
FIRST_MS = int(datetime(2026, 10, 10, tzinfo=UTC).timestamp() * 1000)
"""The night in which the clock goes back lies within the first 30 days from here."""
DAY_MS = 86_400_000
VISITS_PER_EVENT = 0.3675
CHUNK_VISITS = 2_000_000

_FILL = """
INSERT INTO events (card, at, received, page, seq, name, target, ms, visitor, medium, item, source,
    referrer, lang, tz, width, agent, device, browser, os, country, region, city, geo, class, rule)
WITH
    cityHash64(number, 1) AS h1, cityHash64(number, 2) AS h2, cityHash64(number, 3) AS h3,
    toUInt32(pow((h1 % 1000000) / 1000000, 1.5) * {cards:UInt32}) AS card_number,
    {first_ms:Int64} + (h2 % ({days:UInt32} * 86400000 - 200000)) AS start_ms,
    cityHash64(card_number, intDiv(start_ms, 86400000), if(h3 % 5 = 0, h3 % 100, h3)) AS who,
    cityHash64(who, 7) AS v
SELECT
    leftPad(toString(card_number), 8, 'c'),
    fromUnixTimestamp64Milli(toInt64(start_ms + e.2), 'UTC') AS at, at,
    substring(base64Encode(reinterpretAsString(h1)), 1, 12), e.1, e.3, e.4, e.5, who,
    ['qr', 'nfc', 'link', 'sig', 'wallet', 'share', 'inconnu'][v % 7 + 1],
    if(v % 3 = 0, concat('s', toString(v % 40)), ''),
    ['qr', 'nfc', 'link', 'direct', 'search', 'social', 'mail'][v % 7 + 1],
    ['', '', 'www.google.com', 'www.linkedin.com', 'l.instagram.com'][intDiv(v, 11) % 5 + 1],
    ['fr-FR', 'fr-FR', 'fr-FR', 'en-US', 'es-ES', 'fr'][intDiv(v, 13) % 6 + 1],
    'Europe/Paris', 390, concat('Mozilla/5.0 agent ', toString(v % 300)),
    ['mobile', 'mobile', 'desktop', 'tablet'][intDiv(v, 17) % 4 + 1],
    ['Chrome', 'Safari', 'Firefox', 'Edge', 'Instagram', 'Samsung'][intDiv(v, 19) % 6 + 1],
    ['Android', 'iOS', 'Windows', 'macOS', 'Linux'][intDiv(v, 23) % 5 + 1],
    if(v % 10 < 8, 'FR', ['RE', 'BE', 'CH', 'DE', 'GP', 'US'][intDiv(v, 29) % 6 + 1]) AS country,
    concat(country, ' ', toString(intDiv(v, 31) % 13)) AS region,
    concat(region, '-', toString(intDiv(v, 37) % 20)),
    'file', if(v % 12 = 0, 'bot', 'human'), ''
FROM numbers({first_visit:UInt64}, {visits:UInt64})
ARRAY JOIN arrayConcat(
    [(toUInt16(0), toUInt32(0), 'view', '', toUInt32(0))],
    if(h2 % 10 < 4, [(toUInt16(1), toUInt32(3000 + h3 % 5000), 'click',
        ['phone', 'email', 'vcard', 'linkedin', 'map', 'website'][h3 % 6 + 1], toUInt32(0))], []),
    if(h2 % 100 < 12, [(toUInt16(4), toUInt32(9000 + h3 % 9000), 'click',
        ['phone', 'email', 'vcard', 'linkedin', 'map', 'website'][h2 % 6 + 1], toUInt32(0))], []),
    if(h2 % 10 < 9, [(toUInt16(2), toUInt32(12000 + h3 % 30000), 'engage', '',
        toUInt32(2000 + h3 % 28000))], []),
    if(h2 % 10 < 3, [(toUInt16(3), toUInt32(60000 + h3 % 60000), 'engage', '',
        toUInt32(30000 + h3 % 60000))], [])
) AS e
"""


def make(folder: Path, *, events: int, cards: int, days: int) -> int:
    """Gives how many events there are: nearly as many as asked for."""
    store = open_events(folder)
    try:
        migrate(store, parse(_address(folder)))
        fill(store, events=events, cards=cards, days=days)
        # As a store is that has had time; else its merges would be a part of what is measured.
        store.run("OPTIMIZE TABLE events FINAL")
        [(stored,)] = store.rows("SELECT count() FROM events")
    finally:
        store.close()
    directory = open_people(folder)
    upgrade(directory)
    _enrol(directory, cards)
    directory.close()
    return int(stored)


def fill(
    store: EventStore, *, events: int, cards: int, days: int, first_ms: int = FIRST_MS
) -> None:
    visits = int(events * VISITS_PER_EVENT)
    for first_visit in range(0, visits, CHUNK_VISITS):
        params = {"cards": cards, "days": days, "first_ms": first_ms, "first_visit": first_visit}
        store.run(_FILL, params | {"visits": min(CHUNK_VISITS, visits - first_visit)})


def open_events(folder: Path) -> EventStore:
    return open_store(_address(folder))


def open_people(folder: Path) -> Directory:
    return open_directory(f"sqlite:///{folder}/balise.db")


def _address(folder: Path) -> str:
    return f"chdb:///{folder}/events"


def _enrol(directory: Directory, count: int) -> None:
    with directory.write() as conn:
        account = accounts.create(conn, name="A", tier="essentiel", locale="fr", now_ms=FIRST_MS).id
        common = {"account": account, "name": "A", "url": "https://example.fr", "zone": ZONE}
        common |= {"origins": [], "created_ms": FIRST_MS}
        rows = [common | {"id": str(number).rjust(8, "c")} for number in range(count)]
        conn.execute(cards.insert(), rows)
