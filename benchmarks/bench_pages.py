"""How long does the server take for each page, with 20 million events and 20 000 cards stored?

Events and rollups are made inside the engine. Eight readers ask at once, each time for another
card, so nothing that a page needs has been read just before. One page is all cards of a customer
who has 500, over twelve months. `BALISE_BENCH_EVENTS` makes it smaller, to try it.
"""

import os
import random
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from benchmarks.report import Report, Row
from schema.clock import system_clock
from schema.directory import accounts, rollup_state, users
from schema.directory.database import Directory, open_directory
from schema.directory.rollup_state import Rolled
from schema.directory.tables import cards
from schema.store import EventStore
from schema.store.opening import open_store
from schema.testing.server import balise, running

EVENTS = int(os.environ.get("BALISE_BENCH_EVENTS", "20000000"))
CARDS = max(EVENTS // 1_000, 10)
TOGETHER = min(CARDS, 500)
DAYS = 365
READERS = 8
ASKED = 200
PASSWORD = "vingt mille cartes"
OWNER, OPS = "multi@bench.example", "ops@bench.example"

PAGES = (
    ("page of a card, 30 days", "/cards/{card}"),
    ("its figures alone", "/cards/{card}/figures"),
    ("page of a card, 90 days, by week", "/cards/{card}?period=90&interval=week"),
    ("page of a card, filtered", "/cards/{card}?source=qr&device=mobile"),
    ("table of its days, CSV", "/cards/{card}/export.csv"),
)

# Three events to a visit: a view, a click, what it was looked at for.
_EVENTS = """
INSERT INTO events (card, at, received, page, seq, name, target, ms, visitor, medium, item, source,
    referrer, lang, tz, agent, device, browser, os, country, region, city, class)
SELECT concat('c', leftPad(toString(visit % {cards:UInt32}), 7, '0')),
    toDateTime64({end:DateTime('UTC')}, 3, 'UTC')
        - toIntervalSecond(sipHash64(visit) % {seconds:UInt32})
        + toIntervalSecond(number % 3 * 20) AS at,
    at, hex(sipHash64(visit, 1)), number % 3, ['view', 'click', 'engage'][number % 3 + 1],
    number % 3 = 1 ? ['phone', 'email', 'map', 'website'][visit % 4 + 1] : '',
    number % 3 = 2 ? visit % 60000 : 0, sipHash64(visit, 2), source, '', source,
    '', 'fr-FR', 'Europe/Paris', '', ['mobile', 'mobile', 'desktop'][visit % 3 + 1],
    ['Safari', 'Chrome', 'Firefox'][visit % 3 + 1], ['iOS', 'Android', 'Windows'][visit % 3 + 1],
    ['FR', 'RE'][visit % 2 + 1], concat('Region ', toString(visit % 13)),
    concat('Ville ', toString(visit % 40)), number % 50 = 0 ? 'bot' : 'human'
FROM (SELECT number, intDiv(number, 3) AS visit, ['qr', 'search', 'direct'][visit % 3 + 1] AS source
    FROM numbers({events:UInt64}))
"""
_VISITS = """
INSERT INTO visits
SELECT card, toDate(min(at)) AS day, min(at) AS start, toHour(start), visitor,
    countIf(name = 'view'), countIf(name = 'click') AS clicks,
    countIf(target IN ('phone', 'email')),
    if(clicks > 0, map(any(target) AS t, 1), map()), clicks = 0, intDiv(max(ms), 1000),
    any(source), any(medium), any(item), any(referrer), any(lang), any(country), any(region),
    any(city), any(device), any(browser), any(os), {recipe:UInt16}
FROM events WHERE class = 'human' AND at < {today:Date} GROUP BY card, visitor
"""
_CARD_DAYS = """
INSERT INTO card_days (card, day, views, visitors, visits, bounces, clicks, contact_clicks,
    contact_visits, engaged, automatic, last_view_at, recipe)
SELECT card, day, sum(views), uniqExact(visitor), count(), sum(bounce), sum(clicks),
    sum(contact_clicks), countIf(contact_clicks > 0), sumMap(map(engaged_s, toUInt32(1))), 0,
    max(start), any(recipe)
FROM visits GROUP BY card, day
"""
# A visitor comes once here, so what others would add up may as well stay a row for each visit.
_CARD_HOURS = """
INSERT INTO card_hours (card, day, start, hour, views, visitors, visits, clicks, contact_clicks,
    recipe)
SELECT card, day, toStartOfHour(start), hour, views, 1, 1, clicks, contact_clicks, recipe
FROM visits
"""
_CARD_DIMS = """
INSERT INTO card_dims (card, day, by, key, views, visitors, visits, bounces, clicks, contact_clicks,
    contact_visits, recipe)
SELECT card, day, dim.1, dim.2, views, 1, 1, bounce, clicks, contact_clicks, contact_clicks > 0,
    recipe
FROM visits ARRAY JOIN [('source', source), ('medium', medium), ('item', item),
    ('referrer', referrer), ('language', language), ('country', country),
    ('region', concat(country, '|', region)), ('city', concat(country, '|', region, '|', city)),
    ('device', device), ('browser', browser), ('os', os)] AS dim
WHERE toYYYYMM(day) = {month:UInt32}
"""


def measure() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "var"
        balise(data, "init")
        with closing(open_directory(f"sqlite:///{data}/balise.db")) as directory:
            _people(directory)
        with closing(open_store(f"chdb://{data}/events")) as store:
            _fill(store)
        with running(data, "serve") as server:
            rows = [_ask(server.origin, what, path, OPS) for what, path in PAGES]
            year = date.today() - timedelta(days=DAYS - 1)
            path = f"/cards?from={year}&to={date.today()}"
            rows.append(_ask(server.origin, f"{TOGETHER} cards, 12 months", path, OWNER))
    return Report(
        name="pages",
        question=__doc__ or "",
        rows=tuple(rows),
        notes=f"{EVENTS:,} events, {CARDS:,} cards; the readers run on the same cores. "
        f"Load of the machine over the last 5 minutes: {os.getloadavg()[1]:.1f}.",
    )


def _people(directory: Directory) -> None:
    now_ms = system_clock()
    with directory.write() as conn:
        account = accounts.create(conn, name="B", tier="multi_cartes", locale="fr", now_ms=now_ms)
        other = accounts.create(conn, name="C", tier="multi_cartes", locale="fr", now_ms=now_ms)
        for role, email, of in (("owner", OWNER, account.id), ("ops", OPS, None)):
            users.create(
                conn,
                account=of,
                email=email,
                role=role,
                password=PASSWORD,
                locale="fr",
                now_ms=now_ms,
            )
        begun = {"zone": "UTC", "origins": [], "created_ms": now_ms - (DAYS + 1) * 86_400_000}
        made = [
            {
                "id": _card(n),
                "account": account.id if n < TOGETHER else other.id,
                "name": f"Carte {n}",
                "url": "https://cartes.example.fr/",
                **begun,
            }
            for n in range(CARDS)
        ]
        conn.execute(cards.insert(), made)
        through = Rolled(datetime.now(UTC).date() - timedelta(days=1), "UTC")
        rollup_state.set_rolled(conn, {each["id"]: through for each in made})


def _fill(store: EventStore) -> None:
    now = datetime.now(UTC)
    given = {
        "cards": CARDS,
        "events": EVENTS,
        "end": now,
        "seconds": (DAYS - 1) * 86_400,
        "today": now.date(),
        "recipe": rollup_state.RECIPE,
    }
    for statement in (_EVENTS, _VISITS, _CARD_DAYS, _CARD_HOURS):
        store.run(statement, given)
    for (month,) in store.rows("SELECT DISTINCT toYYYYMM(day) FROM visits"):
        store.run(_CARD_DIMS, {"month": month})


def _card(n: int) -> str:
    return f"c{n:07}"


def _ask(origin: str, what: str, path: str, email: str) -> Row:
    with ThreadPoolExecutor(READERS) as readers:
        parts = readers.map(lambda n: _read(origin, path, email, n), range(READERS))
        took_ms = sorted(ms for part in parts for ms in part)
    bar = "bar: < 300 ms" if path.startswith("/cards?") else "bar: < 100 ms"
    return Row(f"{what}, p95 of {len(took_ms)}", (took_ms[int(len(took_ms) * 0.95)],), "ms", bar)


def _read(origin: str, path: str, email: str, reader: int) -> list[float]:
    draw = random.Random(reader)
    took_ms = []
    with httpx.Client(base_url=origin, timeout=60) as client:
        client.post("/login", data={"email": email, "password": PASSWORD})
        for _ in range(ASKED // READERS):
            asked = path.format(card=_card(draw.randrange(CARDS)))
            started = time.perf_counter()
            answer = client.get(asked)
            took_ms.append((time.perf_counter() - started) * 1000)
            answer.raise_for_status()
    return took_ms
