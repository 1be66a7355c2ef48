"""How much each key may ask: so many requests a minute, counted in memory, a restart forgives."""

from collections import Counter
from dataclasses import dataclass
from threading import Lock

WINDOW_MS = 60_000
REQUESTS_MAX = 600


@dataclass(frozen=True, slots=True)
class Allowance:
    left: int
    """Requests of this minute after this one; below zero this one is too many."""
    ends_s: int
    """Seconds until the next minute begins."""

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(REQUESTS_MAX),
            "X-RateLimit-Remaining": str(max(self.left, 0)),
            "X-RateLimit-Reset": str(self.ends_s),
        }


class Quotas:
    def __init__(self) -> None:
        self._window = 0
        self._spent: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, key: str, now_ms: int) -> Allowance:
        window, into_ms = divmod(now_ms, WINDOW_MS)
        with self._lock:
            if window != self._window:  # also when the clock was set back
                self._window, self._spent = window, Counter()
            self._spent[key] += 1
            left = REQUESTS_MAX - self._spent[key]
        return Allowance(left, -(-(WINDOW_MS - into_ms) // 1000))
