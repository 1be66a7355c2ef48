"""Rate limits: token buckets as arithmetic, one number a key, in bounded memory.

A bucket is kept as the moment at which it will be full again. A key that nobody asked about for as
long as a bucket takes to fill has a full one, so it may be forgotten: keys live in two generations,
the older of which is dropped whenever that time has passed, or earlier when the younger is full.
What is forgotten early is a limit, never an event: the doubt is for the visitor.
"""

KEYS_MAX = 50_000
"""Of each generation: some 10 MB for both."""
BURST_S = 10
"""An empty bucket is full again after this long: so many seconds' worth may come at once."""


class Buckets:
    def __init__(self, per_second: int) -> None:
        self._token_ms = 1000 / per_second
        self._burst_ms = BURST_S * 1000
        self._young: dict[str, float] = {}
        self._old: dict[str, float] = {}
        self._turn_ms = 0

    def take(self, key: str, now_ms: int) -> float:
        """Takes a token: 0. Or, when none is left, takes none: the milliseconds until there is."""
        if not 0 <= now_ms - self._turn_ms <= self._burst_ms or len(self._young) >= KEYS_MAX:
            self._young, self._old, self._turn_ms = {}, self._young, now_ms
        full_ms = self._young.get(key) or self._old.get(key, now_ms)
        # Long full; or later than any clock of ours could say, unless it was set back meanwhile.
        if not now_ms <= full_ms <= now_ms + self._burst_ms:
            full_ms = now_ms
        full_ms += self._token_ms
        wait_ms = full_ms - now_ms - self._burst_ms
        if wait_ms <= 0:
            self._young[key] = full_ms
        return max(wait_ms, 0)
