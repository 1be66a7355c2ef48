"""Ships what has been received until now: by ourselves, or by the server that runs beside us."""

import time
from pathlib import Path

from pipeline.ship import Shipper
from pipeline.spools import oldest_pending_ms
from schema.errors import Unavailable

LOOK_S = 0.05
STALLED_S = 60


def drain(spool: Path, shipper: Shipper, until_ms: int) -> None:
    """Until nothing waits that was received at that time or before."""
    give_up_s = time.monotonic() + STALLED_S
    while (oldest := oldest_pending_ms(spool)) is not None and oldest <= until_ms:
        if not shipper.ship_once():
            if time.monotonic() > give_up_s:
                raise Unavailable(
                    f"Events wait in {spool} and are not stored; does the event store answer?"
                )
            time.sleep(LOOK_S)
