"""A process that computes ended days in small steps: `roll_until_killed.py FOLDER NOW_MS`.

It says each step as it begins it, and the end.
"""

import sys
from pathlib import Path

from pipeline import rebuild
from pipeline.roll import roll_closed_days
from schema.directory.database import open_directory
from schema.store.opening import open_store


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def never_stopping() -> bool:
    say("step")
    return False


rebuild.STEP_EVENTS_MAX = 8
rebuild.PIECE_EVENTS_MAX = 4
folder, now_ms = Path(sys.argv[1]), int(sys.argv[2])
store = open_store(f"chdb:///{folder}/events")
directory = open_directory(f"sqlite:///{folder}/balise.db")
roll_closed_days(store, directory, now_ms, stopping=never_stopping)
say("done")
