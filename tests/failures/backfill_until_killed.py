"""A process that computes two weeks again in small steps: `backfill_until_killed.py FOLDER NOW_MS`.

It says each piece that is done, and at the end how many days an earlier process had done.
"""

import sys
from datetime import date
from pathlib import Path

from pipeline import rebuild
from pipeline.backfill import Request, backfill
from schema.directory.database import open_directory
from schema.store.opening import open_store


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


rebuild.STEP_EVENTS_MAX = 40
rebuild.PIECE_EVENTS_MAX = 20
folder, now_ms = Path(sys.argv[1]), int(sys.argv[2])
store = open_store(f"chdb:///{folder}/events")
directory = open_directory(f"sqlite:///{folder}/balise.db")
asked = Request(date(2026, 10, 26), date(2026, 11, 8))
say("ready")
totals = backfill(store, directory, lambda: now_ms, asked, lambda *_: say("piece"))
say(f"resumed {totals.resumed_days}")
