import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from schema.clock import system_clock
from schema.directory.database import open_directory
from schema.directory.leases import held_through
from schema.errors import Unavailable
from schema.testing import prepared

PROGRAM = Path(__file__).with_name("hold_until_killed.py")
LEASE_MS = 1_500


def test_killed_work_holds_up_the_next_until_its_lease_ends_and_living_work_for_ever(tmp_path):
    address = prepared.directory(tmp_path)
    with closing(open_directory(address)) as directory:
        worker = subprocess.Popen(
            [sys.executable, str(PROGRAM), address, str(LEASE_MS)], stdout=subprocess.PIPE
        )
        try:
            assert worker.stdout.readline() == b"ready\n"
            time.sleep(2 * LEASE_MS / 1000)
            with (
                pytest.raises(Unavailable),
                held_through(directory, "work", system_clock, busy="Busy."),
            ):
                pass
        finally:
            worker.kill()
            worker.communicate()
        with held_through(directory, "work", system_clock, busy="Busy.", patience_s=60.0):
            pass
