"""How long does the server take for each page and answer, with 20 million events and 20 000 cards?

Events and figures are made inside the engine, and merged before anything is measured, as they are
in an installation that is a day old. Eight readers ask at once, each again as soon as it has its
answer, and each time for another card, so nothing that an answer needs has been read just before;
then again while 2 000 events a second come in on the same process. All cards of a customer who has
500, over twelve months, is asked for by one reader. A page without figures and the engine's own
time for `SELECT 1` stand beside them.

`BALISE_BENCH_EVENTS` makes it smaller, to try it; `BALISE_BENCH_FOLDER` names a folder that is
filled once and kept.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import httpx
from sqlalchemy.engine import Connection

from benchmarks.bench_end_to_end import send
from benchmarks.processes import processor_s
from benchmarks.report import Report, Row
from pipeline.roll import roll_closed_days
from schema.clock import system_clock
from schema.directory import accounts, rollup_state, users
from schema.directory import keys as api_keys
from schema.directory.database import Directory, open_directory
from schema.directory.rollup_state import Rolled
from schema.directory.tables import cards
from schema.store import EventStore
from schema.store.opening import open_store
from schema.testing.server import RunningServer, balise, running

EVENTS = int(os.environ.get("BALISE_BENCH_EVENTS", "20000000"))
FOLDER = os.environ.get("BALISE_BENCH_FOLDER", "")
CARDS = max(EVENTS // 1_000, 10)
TOGETHER = min(CARDS, 500)
DAYS = 365
READERS = 8
WARM_S = 2
"""For a process that has just started: what it imports and compiles is no part of an answer."""
ASKED_S = 8
KEYS = 8
SCRIPT = Path(__file__).with_name("pages.lua")
COMING_S = 2_000
"""Events a second, in the second case."""
SENT_TO_CARDS = 300
PASSWORD = "vingt mille cartes"
OPS = "ops@bench.example"
OWNER = "multi@bench.example"
ACCOUNT = "together"
ENGINE_ASKED = 200


@dataclass(frozen=True, slots=True)
class Asked:
    what: str
    path: str
    bar_ms: int | None = 100
    bar_busy_ms: int | None = 250
    readers: int = READERS
    who: str = OPS
    """By whose session; an answer of the API is asked for with a key."""


API = "/api/v1/cards/{card}"
YEAR = f"from={date.today() - timedelta(days=DAYS - 1)}&to={date.today()}"
OF_ALL = f"/api/v1/accounts/{ACCOUNT}"

PAGES = (
    Asked("a page without figures", "/definitions", None, None),
    Asked("page of a card, 30 days", "/cards/{card}"),
    Asked("its figures alone", "/cards/{card}/figures"),
    Asked("page of a card, 90 days, by week", "/cards/{card}?period=90&interval=week"),
    Asked("page of a card, filtered", "/cards/{card}?source=qr&device=mobile"),
    Asked("table of its days, CSV", "/cards/{card}/export.csv"),
    Asked("API: stats", f"{API}/stats"),
    Asked("API: series by day", f"{API}/series?interval=day"),
    Asked("API: series by hour, 7 days", f"{API}/series?interval=hour&period=7"),
    Asked("API: breakdown by source", f"{API}/breakdown?by=source"),
    Asked("API: breakdown by weekday and hour", f"{API}/breakdown?by=weekday_hour"),
    Asked("API: live", f"{API}/live"),
    Asked(f"{TOGETHER} cards, 12 months", f"/cards?{YEAR}", 300, None, 1, OWNER),
    Asked(f"API: {TOGETHER} cards crossed", f"{OF_ALL}/cross?by=source&{YEAR}", 300, None, 1),
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
FROM events WHERE class = 'human' AND toDate(at) <= {through:Date} GROUP BY card, visitor
"""
_CARD_DAYS = """
INSERT INTO card_days (card, day, views, visitors, visits, bounces, clicks, click_visits,
    contact_clicks, contact_visits, engaged, starts, automatic, last_view_at, recipe)
SELECT card, day, sum(views), uniqExact(visitor), count(), sum(bounce), sum(clicks),
    countIf(clicks > 0), sum(contact_clicks), countIf(contact_clicks > 0),
    sumMap(map(engaged_s, toUInt32(1))), sumMap(map(hour, toUInt32(1))), 0, max(start), any(recipe)
FROM visits GROUP BY card, day
"""
# A visitor comes once here, so what others would add up may as well stay a row for each visit.
_CARD_HOURS = """
INSERT INTO card_hours (card, day, start, hour, views, visitors, visits, clicks, contact_clicks,
    recipe)
SELECT card, day, toStartOfHour(start), hour, views, 1, 1, clicks, contact_clicks, recipe
FROM visits
"""
_TARGETS = """
INSERT INTO card_dims (card, day, by, key, views, visitors, visits, bounces, clicks, contact_clicks,
    contact_visits, recipe)
SELECT card, day, 'target', mapKeys(targets)[1], 0, 1, 1, 0, clicks, contact_clicks,
    contact_clicks > 0, recipe
FROM visits WHERE clicks > 0 AND toYYYYMM(day) = {month:UInt32}
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
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing: install it (Debian: apt install wrk).")
    with _folder() as data:
        secrets, engine_ms = _prepare(data)
        with running(data, "serve") as server:
            rows = [
                row
                for asked in PAGES
                for row in _ask(server, asked, asked.bar_ms, secrets[asked.what])
            ]
            with _coming(server.origin):
                for asked in PAGES:
                    if asked.bar_busy_ms:
                        [p95, _] = _ask(
                            server,
                            asked,
                            asked.bar_busy_ms,
                            secrets[asked.what],
                            ", events coming in",
                        )
                        rows.append(p95)
    return Report(
        name="pages",
        question=__doc__ or "",
        rows=(Row("the engine alone: SELECT 1", (engine_ms,), "ms"), *rows),
        notes=f"{EVENTS:,} events, {CARDS:,} cards; the readers run on the same cores. "
        f"Load of the machine over the last 5 minutes: {os.getloadavg()[1]:.1f}.",
    )


@contextmanager
def _folder() -> Iterator[Path]:
    if FOLDER:
        yield Path(FOLDER)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder) / "var"


def _prepare(data: Path) -> tuple[dict[str, str], float]:
    """Gives keys of the API for each question, so many that none runs into its quota, and what the
    engine takes for nothing."""
    is_new = not data.exists()
    balise(data, "init" if is_new else "migrate")
    with (
        closing(open_directory(f"sqlite:///{data}/balise.db")) as directory,
        closing(open_store(f"chdb://{data}/events")) as store,
    ):
        if is_new:
            _people(directory)
            _fill(store)
        roll_closed_days(store, directory, system_clock())
        if is_new:
            _merge(store)
        with directory.write() as conn:
            secrets = {asked.what: " ".join(_key(conn) for _ in range(KEYS)) for asked in PAGES}
        return secrets, _engine_ms(store)


def _key(conn: Connection) -> str:
    _, secret = api_keys.create(conn, scope="ops", account=None, label="b", now_ms=system_clock())
    return secret


def _engine_ms(store: EventStore) -> float:
    started = time.perf_counter()
    for _ in range(ENGINE_ASKED):
        store.rows("SELECT 1")
    return (time.perf_counter() - started) * 1000 / ENGINE_ASKED


@contextmanager
def _coming(origin: str) -> Iterator[None]:
    """Events come in at an even rate until the block ends; all of them are answered."""
    some = [_card(n) for n in range(0, CARDS, max(CARDS // SENT_TO_CARDS, 1))]
    ended = Event()

    def come() -> list[dict[str, float]]:
        sent = []
        while not ended.is_set():
            name = f"{len(sent):04}"
            sent.append(send(origin, some, rate=COMING_S, seconds=5, name=name))
        return sent

    with ThreadPoolExecutor(1) as sender:
        coming = sender.submit(come)
        try:
            yield
        finally:
            ended.set()
        for told in coming.result():
            if told["refused"] or told["broken"] or told["requests"] < COMING_S:
                raise RuntimeError(f"Events did not come in as they should: {told}")


def _people(directory: Directory) -> None:
    now_ms = system_clock()
    with directory.write() as conn:
        common = {"tier": "multi_cartes", "locale": "fr", "now_ms": now_ms}
        account = accounts.create(conn, name="B", id=ACCOUNT, **common)
        other = accounts.create(conn, name="C", **common)
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
        through = Rolled(_filled_through(), "UTC")
        rollup_state.set_rolled(conn, {each["id"]: through for each in made})


def _filled_through() -> date:
    """Yesterday is left to the pipeline itself."""
    return datetime.now(UTC).date() - timedelta(days=2)


def _fill(store: EventStore) -> None:
    now = datetime.now(UTC)
    given = {
        "cards": CARDS,
        "events": EVENTS,
        "end": now,
        "seconds": (DAYS - 1) * 86_400,
        "through": _filled_through(),
        "recipe": rollup_state.RECIPE,
    }
    for statement in (_EVENTS, _VISITS, _CARD_DAYS, _CARD_HOURS):
        store.run(statement, given)
    for (month,) in store.rows("SELECT DISTINCT toYYYYMM(day) FROM visits"):
        for statement in (_CARD_DIMS, _TARGETS):
            store.run(statement, {"month": month})


def _merge(store: EventStore) -> None:
    for table in ("events", "visits", "card_days", "card_hours", "card_dims"):
        store.run(f"OPTIMIZE TABLE {table} FINAL")


def _card(n: int) -> str:
    return f"c{n:07}"


def _ask(
    server: RunningServer, asked: Asked, bar_ms: int | None, keys: str, how: str = ""
) -> tuple[Row, Row]:
    """What the slowest twentieth waited for, and what each cost the server."""
    environment = os.environ | _signed_in(server.origin, asked, keys) | {"CARDS": str(CARDS)}
    _read(server.origin, asked, environment, WARM_S)
    spent_s = processor_s(server.process.pid)
    told = _read(server.origin, asked, environment, ASKED_S)
    spent_s = processor_s(server.process.pid) - spent_s
    bar = f"bar: < {bar_ms} ms" if bar_ms else ""
    return (
        Row(f"{asked.what}{how}, p95 of {told['requests']}", (told["p95_ms"],), "ms", bar),
        Row("  processor time of the server for each", (spent_s * 1000 / told["requests"],), "ms"),
    )


def _signed_in(origin: str, asked: Asked, keys: str) -> dict[str, str]:
    with httpx.Client(base_url=origin, timeout=60) as client:
        if asked.path.startswith("/api"):
            client.headers["Authorization"] = f"Bearer {keys.split()[0]}"
            given = {"KEYS": keys}
        else:
            client.post("/login", data={"email": asked.who, "password": PASSWORD})
            cookies = (f"{name}={value}" for name, value in client.cookies.items())
            given = {"COOKIE": "; ".join(cookies)}
        # wrk would take being sent to the form of the login for an answer.
        client.get(asked.path.format(card=_card(0))).raise_for_status()
        return given


def _read(origin: str, asked: Asked, environment: dict[str, str], seconds: int) -> dict[str, float]:
    # Another draw for each stretch: no card that was asked for just before.
    drawn = {"ASKED": asked.path, "HOST": httpx.URL(origin).netloc.decode(), "SEED": str(seconds)}
    done = subprocess.run(
        ["wrk", "-t1", f"-c{asked.readers}", f"-d{seconds}s", "-s", str(SCRIPT), origin],
        env=environment | drawn,
        capture_output=True,
        text=True,
        check=True,
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if told["refused"] or told["broken"] or not told["requests"]:
        raise RuntimeError(f"Not every page of {asked.path} was answered as it should: {told}")
    return told
