"""Does work that nobody else may do meanwhile, until it is killed."""

import sys
import time

from schema.clock import system_clock
from schema.directory.database import open_directory
from schema.directory.leases import held_through


def main(address: str, ttl_ms: str) -> None:
    with held_through(
        open_directory(address), "work", system_clock, busy="Busy.", ttl_ms=int(ttl_ms)
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        time.sleep(3600)


if __name__ == "__main__":
    main(*sys.argv[1:])
