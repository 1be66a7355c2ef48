"""Files as an owner takes them: asked of a `balise serve` with demo data, figures read and all."""

import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import httpx
import orjson

from balise.demo.people import PASSWORD
from benchmarks.processes import processor_s
from benchmarks.report import Row
from schema.testing.server import RunningServer, running

LOGIN = "multi-cartes@demo.example"
RUNS = 9
TODAY = date.today()
LAST_MONTH = (TODAY.replace(day=1) - timedelta(days=1)).isoformat()[:7]
YEAR = f"from={TODAY - timedelta(days=364)}&to={TODAY}"

FILES: tuple[tuple[str, str, str], ...] = (
    ("PDF of a month, asked of a server", f"export.pdf?period={LAST_MONTH}", "< 700"),
    ("Excel of a year, asked of a server", f"export.xlsx?{YEAR}", "< 1000"),
    ("CSV of a year, asked of a server", f"export.csv?{YEAR}", ""),
)


def rows() -> tuple[Row, ...]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "var", "serve", "--demo") as server,
        httpx.Client(base_url=server.origin, headers={"Origin": server.origin}) as browser,
    ):
        signed = browser.post("/login", data={"email": LOGIN, "password": PASSWORD})
        if signed.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"Nobody is signed in: {signed.status_code}.")
        card = _card_of(server)
        return tuple(
            row
            for what, path, bar in FILES
            for row in _taken(server, browser, what, f"/cards/{card}/{path}", bar)
        )


def _card_of(server: RunningServer) -> str:
    """The one with the most views of those that the login may see."""
    users = orjson.loads(server.run("user", "list", "--json").stdout)
    account = next(user["account"] for user in users if user["email"] == LOGIN)
    cards = orjson.loads(server.run("card", "list", "--json").stdout)
    mine = {card["id"] for card in cards if card["account"] == account}
    question = "SELECT toString(card) AS card FROM events GROUP BY card ORDER BY count() DESC"
    busiest = orjson.loads(server.run("sql", "--json", question).stdout)
    return next(row["card"] for row in busiest if row["card"] in mine)


def _taken(
    server: RunningServer, browser: httpx.Client, what: str, path: str, bar: str
) -> tuple[Row, Row]:
    """The first answer of all, which finds nothing ready, is left out."""
    waited_ms, worked_ms = [], []
    for _ in range(RUNS + 1):
        worked_s, began_s = processor_s(server.process.pid), time.perf_counter()
        answer = browser.get(path)
        waited_ms.append((time.perf_counter() - began_s) * 1000)
        worked_ms.append((processor_s(server.process.pid) - worked_s) * 1000)
        if answer.status_code != httpx.codes.OK or "attachment" not in str(answer.headers):
            raise RuntimeError(f"{path} answers {answer.status_code}.")
    return (
        Row(what, tuple(waited_ms[1:]), "ms", bar),
        Row(f"{what}: processor time", tuple(worked_ms[1:]), "ms"),
    )
