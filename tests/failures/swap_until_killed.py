"""A process that swaps one month's figures to and fro: `swap_until_killed.py FOLDER`.

October is either all ones or all twos, and September stays as it is.
"""

import sys
from datetime import UTC, date, datetime
from itertools import cycle
from pathlib import Path

import polars as pl

from pipeline.frames import CARD_DAYS, CELLS
from pipeline.swap import replaced
from schema.store.opening import open_store

NEVER = datetime.fromtimestamp(0, UTC)


def swap(month: int, days: int, views: int) -> None:
    cells = [
        (f"card{card:04}", date(2026, month, 1 + day)) for card in range(50) for day in range(days)
    ]
    rows = [(*cell, views, *[0] * 7, [], [], 0, NEVER, 2) for cell in cells]
    with replaced(store, pl.DataFrame(cells, schema=CELLS, orient="row")) as put:
        put({"card_days": pl.DataFrame(rows, schema=CARD_DAYS, orient="row")})


store = open_store(f"chdb:///{Path(sys.argv[1])}/events")
swap(9, 30, views=9)
swap(10, 31, views=1)
sys.stdout.write("ready\n")
sys.stdout.flush()
for views in cycle((2, 1)):
    swap(10, 31, views)
