"""Which events may be in the store already: a filter in memory that says "no" only when sure.

Asking the store about every event of every batch would read the last days of the table each time.
One process ships (see `claim_folder`), so what it did not store, and was not there when it began,
is not there: a Bloom filter over both answers for all but the real duplicates and a few in a
thousand others, and only those are asked about. It must not be used where others store too.
"""

from typing import TYPE_CHECKING, Any

import polars as pl

from schema.store import EventStore
from schema.wire import AGE_MS_MAX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

BITS = 2**28
"""32 MB."""
PROBES = 4
EVENTS_MAX = 20_000_000
"""Beyond these it would say "perhaps" to one in a hundred: it is then made again. Where the last
days hold more, there is no filter: reading them all would cost more than asking each time."""
READ_PARTS = 16
"""The store is read piece by piece, to bound memory."""
_MARGIN_MS = 3_600_000

_SINCE = "SELECT count() FROM events WHERE at >= fromUnixTimestamp64Milli({since:Int64})"
_STORED = """\
SELECT card, page, seq FROM events
WHERE at >= fromUnixTimestamp64Milli({since:Int64})
  AND cityHash64(page) % {parts:UInt8} = {part:UInt8}
"""


class Seen:
    def __init__(self, store: EventStore, now_ms: int) -> None:
        import numpy as np

        self._since_ms = now_ms - 2 * AGE_MS_MAX - _MARGIN_MS
        self.events = 0
        [(events,)] = store.rows(_SINCE, {"since": self._since_ms})
        self.asks_always = events > EVENTS_MAX
        if self.asks_always:
            return
        self._bits = np.zeros(BITS // 8, np.uint8)
        for part in range(READ_PARTS):
            asked = {"since": self._since_ms, "parts": READ_PARTS, "part": part}
            self.add(store.frame(_STORED, asked).cast({"card": pl.String}))

    @property
    def full(self) -> bool:
        return self.events > EVENTS_MAX

    def add(self, frame: pl.DataFrame) -> None:
        if self.asks_always:
            return
        import numpy as np

        for byte, mask in self._probes(frame):
            np.bitwise_or.at(self._bits, byte, mask)
        self.events += frame.height

    def perhaps(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The events that may be stored. Whoever is older than what was read may be."""
        if self.asks_always:
            return frame
        import numpy as np

        found = np.ones(frame.height, bool)
        for byte, mask in self._probes(frame):
            found &= (self._bits[byte] & mask) != 0
        older = pl.col("at") < self._since_ms + AGE_MS_MAX
        return frame.filter(pl.Series(found) | older)

    def _probes(self, frame: pl.DataFrame) -> "list[tuple[Array, Array]]":
        """For each probe, the byte and the bit of every event: slices of one 128-bit hash."""
        import numpy as np

        identity = pl.struct("card", "page", "seq")
        hashes = frame.select(one=identity.hash(1), other=identity.hash(2)).to_numpy()
        places = [
            (hashes[:, n % 2] >> np.uint64(32 * (n // 2))) % np.uint64(BITS) for n in range(PROBES)
        ]
        one = np.uint8(1)
        return [
            (
                (place >> np.uint64(3)).astype(np.int64),
                one << (place & np.uint64(7)).astype(np.uint8),
            )
            for place in places
        ]
