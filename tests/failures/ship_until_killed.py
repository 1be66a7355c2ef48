"""A process that ships as fast as it can: `ship_until_killed.py FOLDER [--until-done]`.

Done is when every spool file was shipped and removed.
"""

import sys
from pathlib import Path

from pipeline import lanes
from pipeline.enrich import enrich
from pipeline.ship import Shipper
from schema.clock import system_clock
from schema.directory.database import open_directory
from schema.store.opening import open_store

# Counters move all the time, so that kills meet that too.
lanes.FLUSH_S = lanes.FLUSH_S_MAX = 0.0
folder = Path(sys.argv[1])
shipper = Shipper(
    folder / "spool",
    open_store(f"chdb:///{folder}/events"),
    open_directory(f"sqlite:///{folder}/balise.db"),
    enrich,
    system_clock,
    alone=True,
)
sys.stdout.write("ready\n")
sys.stdout.flush()
while "--until-done" not in sys.argv or any((folder / "spool").iterdir()):
    shipper.ship_once()
