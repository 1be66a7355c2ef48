"""Slows down guessing: so many sign-in attempts per quarter of an hour, by e-mail and by address.

Kept in memory and bounded: a restart forgives, and a flood of names pushes out the oldest ones.
"""

from collections import OrderedDict
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_network
from threading import Lock

WINDOW_MS = 15 * 60_000
EMAIL_ATTEMPTS_MAX = 10
# Many people may share one address (an office, a mobile network), so it is given more room.
ADDRESS_ATTEMPTS_MAX = 100
KEYS_MAX = 10_000


def line_of(address: str) -> str:
    """An address as it is counted: who has IPv6 has a whole /64, and with it an address a guess."""
    if ":" not in address:
        return address
    return str(ip_network((int(IPv6Address(address)) >> 64 << 64, 64)))


class Attempts:
    def __init__(self) -> None:
        self._windows: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def take(self, limits: Mapping[str, int], now_ms: int) -> int:
        """Counts an attempt under each key; seconds to wait when one of them is used up, else 0."""
        with self._lock:
            waits = [self._wait_ms(key, limit, now_ms) for key, limit in limits.items()]
            if any(waits):
                return -(-max(waits) // 1000)
            for key in limits:
                self._add(key, 1, now_ms)
            return 0

    def give_back(self, limits: Mapping[str, int], now_ms: int) -> None:
        """The attempt was a success: it does not count."""
        with self._lock:
            for key in limits:
                self._add(key, -1, now_ms)

    def _window(self, key: str, now_ms: int) -> tuple[int, int]:
        began_ms, used = self._windows.get(key, (now_ms, 0))
        return (began_ms, used) if now_ms - began_ms < WINDOW_MS else (now_ms, 0)

    def _wait_ms(self, key: str, limit: int, now_ms: int) -> int:
        began_ms, used = self._window(key, now_ms)
        return began_ms + WINDOW_MS - now_ms if used >= limit else 0

    def _add(self, key: str, n: int, now_ms: int) -> None:
        began_ms, used = self._window(key, now_ms)
        self._windows[key] = (began_ms, max(0, used + n))
        self._windows.move_to_end(key)
        while len(self._windows) > KEYS_MAX:
            self._windows.popitem(last=False)
