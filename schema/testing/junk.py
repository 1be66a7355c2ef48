"""What an open address receives in the real world: seeded requests, nearly all of them wrong.

`request` makes one, `send` sends it; `faults_in` looks at what was kept, as its readers rely on it.
"""

import gzip
import json
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec

from schema.days import zone_names
from schema.spooled import SpooledEvent
from schema.targets import TARGET_NAMES
from schema.testing.events import CARD, body, envelope
from schema.wire import MEDIA, UNKNOWN_MEDIUM

TEXTS = (
    "",
    " ",
    "\x00",
    "\x1b[2J\x07",
    "\r\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE events; --",
    "../../etc/passwd",
    "a@b.c",
    "\u202eevil\ufeff",
    "é" * 40,
    "👩‍👩‍👧" * 9,
    "x" * 20_000,
    CARD,
    "view",
    "qr",
)
# As they stand in JSON text; some of them are no JSON at all.
RAW_VALUES = (
    *map(json.dumps, TEXTS),
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '"\\x41"',
    "null",
    "true",
    "0",
    "-1",
    "-0",
    "0.5",
    "1e3",
    "1e309",
    "-1e-400",
    "9" * 400,
    "01",
    "NaN",
    "-Infinity",
    "1795176000000.0",
    "{}",
    "[]",
    "[[]]",
    '{"seq":0}',
    "[" * 3_000 + "]" * 3_000,
    '{"a":' * 2_000 + "1" + "}" * 2_000,
)
WHOLE_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"',
    b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}",
    b"\xed\xa0\x80",
    b"a=1&b=2",
    b"<?xml version='1.0'?><x/>",
    b"[" * 16_000,
    b'{"a":' * 3_000,
    b"{" + b'"v":1,' * 2_000 + b'"v":1}',
    b" " * 16_384,
    b" " * 16_385,
    gzip.compress(b" " * 10_000_000, mtime=0),
)
HEADERS = (
    b"Content-Encoding: gzip",
    b"Content-Encoding: br, gzip",
    b"Content-Type: multipart/form-data; boundary=x",
    b"Content-Type: text/plain; charset=utf-7",
    b"Content-Type: \xff",
    b"Origin: null",
    b"Origin: https://evil.example\xe9",
    b"User-Agent: \xff\xfe\x80 \t\x7f",
    b"User-Agent: " + b"A" * 8_000,
    b"X-Forwarded-For: 1.2.3.4, ::1, nonsense, 999.999.999.999",
    b"Sec-Purpose: prefetch;\xff",
    b"DNT: 1",
    b"Sec-GPC: 1",
    b"Expect: 100-continue",
    b"Upgrade: websocket\r\nConnection: upgrade",
    b"Cookie: " + b"a=b; " * 500,
    b"\r\n".join(b"X-%d: y" % n for n in range(120)),
)
TARGETS = (
    b"GET /api/track",
    b"PUT /api/track",
    b"OPTIONS /api/track",
    b"POST /api/track?card=k7Hq2xPa&email=a@b.c",
    b"POST /api/track/",
    b"POST //api/track",
    b"POST /api/%74rack",
    b"POST /api/track\xff",
    b"FOO /api/track",
    b"POST api/track",
)


def request(draw: Random) -> bytes:
    """One whole request, with an honest length, so that an answer follows."""
    kind = draw.random()
    target = draw.choice(TARGETS) if kind < 0.05 else b"POST /api/track"
    lines = [target + b" HTTP/1.1", b"Host: x"]
    lines += draw.sample(HEADERS, draw.choice((0, 0, 0, 1, 2)))
    if not any(line.startswith(b"Content-Type") for line in lines):
        lines.append(b"Content-Type: text/plain")
    content = content_of(draw)
    lines.append(b"Content-Length: %d" % len(content))
    return b"\r\n".join(lines) + b"\r\n\r\n" + content


def content_of(draw: Random) -> bytes:
    kind = draw.random()
    if kind < 0.1:
        return draw.choice(WHOLE_BODIES)
    whole = _with_odd_values(draw) if kind < 0.7 else body(envelope(draw.randrange(10**6)))
    if kind > 0.8:
        whole = _damaged(draw, whole)
    return whole


def send(origin: str, sent: bytes) -> list[int]:
    """The statuses that come back until the server has closed."""
    host, port = origin.removeprefix("http://").split(":")
    sent = sent.replace(b"Host: x", b"Host: x\r\nConnection: close", 1)
    parts = []
    with socket.create_connection((host, int(port)), timeout=30) as stream:
        try:
            stream.sendall(sent)
            while part := stream.recv(65_536):
                parts.append(part)
        except ConnectionError:  # cut while it was still sending
            pass
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", b"".join(parts))]


def faults_in(spools: Path) -> tuple[int, list[str]]:
    """How many events are kept there, and what is wrong with each that is not valid."""
    rows: list[bytes] = []
    for path in spools.glob("*.db"):
        with closing(sqlite3.connect(path)) as spool:
            for (batch,) in spool.execute("SELECT body FROM batches"):
                rows += batch.splitlines()
    faults = ((_fault_of(row), row) for row in rows)
    return len(rows), [f"{fault}: {row!r}" for fault, row in faults if fault]


def _fault_of(row: bytes) -> str:
    event = msgspec.json.decode(row, type=SpooledEvent, strict=True)
    kept = (
        (event.card == CARD, "card"),
        (re.fullmatch(r"[A-Za-z0-9_-]{12}", event.page), "page"),
        (0 <= event.seq <= 65_535, "seq"),
        (re.fullmatch(r"[a-z][a-z0-9_]{0,31}", event.name), "name"),
        (event.target in (TARGET_NAMES if event.name == "click" else ("",)), "target"),
        (re.fullmatch(r"([A-Za-z][A-Za-z0-9_-]{0,31})?", event.label), "label"),
        (0 <= event.ms <= 1_800_000 and 0 <= event.scroll <= 100, "ms, scroll"),
        (event.medium in (*MEDIA, UNKNOWN_MEDIUM), "medium"),
        (event.item == "", "item"),  # nothing here is signed
        (re.fullmatch(r"([a-z0-9-]+\.)+[a-z0-9-]+|", event.ref), "ref"),
        (re.fullmatch(r"([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4})?", event.lang), "lang"),
        (event.tz in ("", *zone_names()), "tz"),
        (0 <= event.width <= 65_535, "width"),
        (len(event.agent) <= 512 and not re.search(r"[\x00-\x1f\x7f-\x9f]", event.agent), "agent"),
        (event.network == "127.0.0.0/24", "network"),
        (event.mark in ("", "prefetch"), "mark"),
        (0 <= event.received - event.at + 60_000 <= 72 * 3_600_000 + 60_000, "at"),
    )
    return ", ".join(name for is_kept, name in kept if not is_kept)


def _with_odd_values(draw: Random) -> bytes:
    """A sound envelope but for one or two values, or keys that come twice or should not be."""
    made = envelope(draw.randrange(10**6))
    event = made.pop("events")[0]
    fields = {name: json.dumps(value) for name, value in made.items()}
    inner = {name: json.dumps(value) for name, value in event.items()}
    for _ in range(draw.choice((1, 1, 2))):
        part = draw.choice((fields, inner))
        names = (*part, "events", "item", "target", "label", "ms", "scroll", "email", "v ")
        part[draw.choice(names)] = draw.choice(RAW_VALUES)
    events = fields.pop("events", f"[{_object(inner)}]" * draw.choice((1, 1, 1, 2)))
    again = draw.choice(tuple(fields.items())) if draw.random() < 0.1 else ("events", events)
    text = _object(fields)[:-1] + f',"events":{events},"{again[0]}":{again[1]}' + "}"
    return text.encode("utf-8", "surrogatepass")


def _object(fields: dict[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}"


def _damaged(draw: Random, whole: bytes) -> bytes:
    at = draw.randrange(len(whole))
    kind = draw.randrange(6)
    if kind == 0:
        return whole[:at]
    if kind == 1:
        return whole[:at] + draw.randbytes(draw.randrange(1, 9)) + whole[at + 1 :]
    if kind == 2:
        return whole.decode().encode(draw.choice(("utf-16", "utf-32-le", "utf-8-sig")))
    if kind == 3:
        return whole * 2
    if kind == 4:
        return gzip.compress(whole)
    return whole[:at] + whole[at + 1 :]
