"""Runs a schedule until it is killed; its one job notes which process has led, and when."""

import os
import sys
import time
from pathlib import Path

from pipeline.jobs import Context, Job
from pipeline.schedule import Schedule
from schema.clock import system_clock
from schema.directory.database import open_directory
from schema.settings import load
from schema.store.opening import open_store


def main(folder: str, lease_ms: str, heartbeat_s: str) -> None:
    data = Path(folder)
    settings = load({"BALISE_DATA": folder}, data)

    def note(context: Context) -> int:
        with (data / "led").open("a") as file:
            file.write(f"{os.getpid()} {context.clock()}\n")
        return 1

    own_store = open_store(f"chdb:///{folder}/events-{os.getpid()}")
    context = Context(own_store, open_directory(settings.database), system_clock, settings)
    schedule = Schedule(
        context, [Job("note", "", 1, note)], lease_ms=int(lease_ms), heartbeat_s=float(heartbeat_s)
    )
    schedule.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])
