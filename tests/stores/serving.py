"""A small `balise serve` of its own process: a main server and the control socket beside it.

    python serving.py <data folder> <load threads>

Prints `ready`, ends with SIGTERM like the real one, and then prints how many rows its own load
has inserted.
"""

import signal
import sys
import threading
from pathlib import Path

import polars as pl
import uvicorn
import uvloop

from schema.store.control import serve_control
from schema.store.embedded import EmbeddedStore
from schema.store.http import clickhouse_app


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class MainServer(uvicorn.Server):
    async def startup(self, sockets=None):
        """Only now does it listen to SIGTERM."""
        await super().startup(sockets)
        say("ready")


def main(data, threads):
    store = EmbeddedStore(data / "events")
    store.run(
        "CREATE TABLE IF NOT EXISTS load (thread UInt8, n UInt32) ENGINE = MergeTree ORDER BY n"
    )
    ending = threading.Event()
    inserted = [0] * threads

    def load(number):
        while not ending.is_set():
            n = inserted[number]
            frame = pl.DataFrame({"thread": [number] * 10, "n": range(n, n + 10)})
            store.insert("load", frame, token=f"{number} {n}")
            store.rows("SELECT thread, uniqExact(n) FROM load GROUP BY thread")
            inserted[number] += 10

    async def nothing(scope, receive, send):
        """The main server's app."""

    async def serve():
        config = uvicorn.Config(nothing, port=0, lifespan="off", log_level="critical")
        async with serve_control(data / "control.sock", clickhouse_app(store.path)):
            await MainServer(config).serve()

    # The main server raises its signal again when it is done; that must not end us on the spot.
    signal.signal(signal.SIGTERM, lambda *_: None)
    workers = [threading.Thread(target=load, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    uvloop.run(serve())
    ending.set()
    for worker in workers:
        worker.join()
    say(str(sum(inserted)))
    store.close()


main(Path(sys.argv[1]), int(sys.argv[2]))
