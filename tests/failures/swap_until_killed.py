"""A process that swaps one month's figures to and fro: `swap_until_killed.py FOLDER`.

The month is either all ones or all twos.
"""

import sys
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path

import polars as pl

from pipeline.frames import CARD_DAYS, CELLS
from pipeline.rollups import ROLLUPS
from pipeline.swap import replace_cells
from schema.store.opening import open_store

folder = Path(sys.argv[1])
store = open_store(f"chdb:///{folder}/events")
cells = [
    (f"card{n:04}", date(2026, 10, 1) + timedelta(days=d)) for n in range(50) for d in range(31)
]
never = datetime.fromtimestamp(0, UTC)
for number, views in enumerate(cycle((1, 2))):
    rows = [(*cell, views, 0, 0, 0, never, 1) for cell in cells]
    replace_cells(
        store,
        ROLLUPS[0],
        pl.DataFrame(cells, schema=CELLS, orient="row"),
        pl.DataFrame(rows, schema=CARD_DAYS, orient="row"),
    )
    if number == 0:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
