"""A process that restores rules and withdraws them: `reclassify_until_killed.py FOLDER`."""

import sys
from datetime import date
from itertools import cycle
from pathlib import Path

from pipeline.enrich.restored import RestoredBook
from pipeline.reclass import Scope
from pipeline.reclassify import Place, Rulebook, reclassify
from schema.clock import system_clock
from schema.directory import restored
from schema.directory.database import open_directory
from schema.store.address import parse
from schema.store.opening import open_store
from schema.testing.events import CARD, NOW_MS

DAY_MS = 24 * 3_600_000
RULES = ("bot.library", "bot.search", "preview.x")


def change(put: bool) -> None:
    with directory.write() as conn:
        for rule in RULES:
            if put:
                restored.restore(
                    conn, card=CARD, rule=rule, first=DAYS[0], last=DAYS[1], now_ms=NOW_MS
                )
            else:
                restored.withdraw(conn, card=CARD, rule=rule)
    reclassify(place, Scope(NOW_MS - 9 * DAY_MS, NOW_MS + DAY_MS), Rulebook(book.spans()))


DAYS = (date(2026, 11, 1), date(2026, 11, 30))
folder = Path(sys.argv[1])
address = f"chdb:///{folder}/events"
store = open_store(address)
directory = open_directory(f"sqlite:///{folder}/balise.db")
book = RestoredBook(directory)
place = Place(store, parse(address), directory, system_clock, "test")
sys.stdout.write("ready\n")
sys.stdout.flush()
for put in cycle((True, False)):
    change(put)
