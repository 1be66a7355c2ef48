"""How long do a backup and a restore of a million events take, against a plain reading of them?"""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from balise.installation import reached
from benchmarks.report import Report, Row
from pipeline.backup.restore import restore
from pipeline.backup.take import Sources, take
from schema.clock import system_clock
from schema.settings import load

EVENTS = 1_000_000
RUNS = 3

_FILL = """\
INSERT INTO events (card, at, received, page, seq, name, visitor, source, agent, country, class)
SELECT concat('card', leftPad(toString(number % 2000), 4, '0')), now64(3) - number * 20, now64(3),
  substring(hex(sipHash64(number)), 1, 12), number % 7, ['view', 'click', 'engage'][number % 3 + 1],
  sipHash64(number, 1), ['direct', 'qr', 'google'][number % 3 + 1],
  concat('Mozilla/5.0 ', toString(number % 50)), 'FR', 'human'
FROM numbers({events:UInt64})
"""


def measure() -> Report:
    plain, taken, restored = [], [], []
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "backup.zip"
        settings = load({"BALISE_DATA": f"{folder}/var"}, Path(folder))
        with reached(settings, system_clock) as place:
            place.store.run(_FILL, {"events": EVENTS})
            sources = Sources(place.store, place.directory, settings, place.clock)
            for _ in range(RUNS):
                plain.append(_seconds(lambda: place.store.dump("SELECT * FROM events")))
                taken.append(_seconds(lambda: take(sources, archive)))
        for number in range(RUNS):
            settings = load({"BALISE_DATA": f"{folder}/new{number}"}, Path(folder))
            with reached(settings, system_clock) as place:
                target = Sources(place.store, place.directory, settings, place.clock)
                restored.append(_seconds(lambda: restore(target, archive)))  # noqa: B023
        megabytes = archive.stat().st_size / 1e6
    return Report(
        name="backup",
        question=__doc__ or "",
        rows=(
            Row("backup of 1 M events", tuple(taken), "s", bar="bar: a matter of seconds"),
            Row("restore of them, verified and compared", tuple(restored), "s"),
            Row("the engine writes them as Parquet (baseline)", tuple(plain), "s"),
            Row("archive", (megabytes,), "MB"),
        ),
        notes="Limited by the engine's Parquet writer and by SHA-256; locks are held for the "
        "cloning of the tables alone.",
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
