import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import sqlalchemy as sa

from schema.directory.database import open_directory
from schema.directory.tables import leases
from schema.testing import prepared

PROGRAM = Path(__file__).with_name("lead_until_killed.py")
LEASE_MS = 1_500


def begin(folder):
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), str(LEASE_MS), "0.3"], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def notes(folder):
    path = folder / "led"
    lines = path.read_text().splitlines() if path.exists() else []
    return [tuple(map(int, line.split())) for line in lines]


def wait_until(condition):
    deadline = monotonic() + 30
    while not condition():
        assert monotonic() < deadline
        sleep(0.05)


def test_when_the_leading_process_is_killed_the_other_takes_over_when_the_lease_ends(tmp_path):
    with closing(open_directory(prepared.directory(tmp_path))) as directory:
        processes = [begin(tmp_path), begin(tmp_path)]
        try:
            wait_until(lambda: len(notes(tmp_path)) >= 3)
            [leader] = {pid for pid, _ in notes(tmp_path)}
            first, second = sorted(processes, key=lambda each: each.pid != leader)
            first.kill()
            first.wait()
            with directory.read() as conn:
                expires_ms = conn.scalar(sa.select(leases.c.expires_ms))
            wait_until(lambda: notes(tmp_path)[-1][0] == second.pid)
        finally:
            for each in processes:
                each.kill()
                each.wait()
                each.stdout.close()
    assert min(at for pid, at in notes(tmp_path) if pid == second.pid) >= expires_ms
