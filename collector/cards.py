"""What the hot path knows of cards, salts and keys: all in memory, so that no request waits for it.

A background thread follows the directory: changes of cards within `FOLLOW_S`, and the salts of all
dates that are today somewhere. While the directory is away, what is known goes on being served.
"""

import threading
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from secrets import token_bytes

import structlog

from collector.admission import KnownCard
from schema.clock import Clock
from schema.days import local_day
from schema.directory import cards, salts, secrets
from schema.directory.database import Directory
from schema.errors import BaliseError

FOLLOW_S = 0.5
_FIRST_ZONE_AHEAD_MS = 14 * 3_600_000
_LEAD_MS = 3_600_000
"""A date's salt is fetched this early, so that its first event finds it even when the directory was
away for a while before."""
_QUARTER_MS = 900_000

_log = structlog.get_logger()


class CardBook:
    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._revision = -1
        self._cards: dict[str, KnownCard] = {}
        self._origins: frozenset[str] = frozenset()
        self._salts: dict[str, bytes] = {}
        self._unshared: dict[str, bytes] = {}
        self.trouble = ""
        """Why the directory cannot be followed now, or nothing."""
        self.item_key = secrets.shared(directory, secrets.ITEM_KEY, clock())
        """With which items are signed; it never changes while we run."""
        self._follow()
        self._stopping = threading.Event()
        self._follower = threading.Thread(target=self._run, name="card-book", daemon=True)
        self._follower.start()

    def find(self, card: str) -> KnownCard | None:
        return self._cards.get(card)

    def knows_origin(self, origin: str) -> bool:
        """Whether any card is on that site: a preflight does not say which card it is for."""
        return origin in self._origins

    def day_at(self, zone: str, at_ms: int) -> str:
        return _day_of_quarter(zone, at_ms // _QUARTER_MS)

    def salt_at(self, zone: str, at_ms: int) -> bytes:
        day = self.day_at(zone, at_ms)
        return self._salts.get(day) or self._unshared_salt(day)

    def close(self) -> None:
        self._stopping.set()
        self._follower.join()

    def _run(self) -> None:
        while not self._stopping.wait(FOLLOW_S):
            try:
                self._follow()
            except Exception as error:  # whatever it is, the next look may go well
                if not self.trouble:
                    unforeseen = not isinstance(error, BaliseError)
                    _log.error("directory_away", error=str(error), exc_info=unforeseen)
                self.trouble = str(error)
            else:
                self.trouble = ""

    def _follow(self) -> None:
        with self._directory.read() as conn:
            # The number first: a change between the two reads is then seen again, not missed.
            revision = cards.revision(conn)
            if revision != self._revision:
                self._learn(cards.every(conn))
                self._revision = revision
        now_ms = self._clock()
        days = _live_dates(now_ms)
        if [day.isoformat() for day in days] != list(self._salts):
            with self._directory.write() as conn:
                drawn = {day.isoformat(): salts.of_date(conn, day, now_ms) for day in days}
            self._salts, self._unshared = drawn, {}

    def _learn(self, every: list[cards.Card]) -> None:
        self._cards = {
            card.id: KnownCard(card.id, card.zone, frozenset(card.origins)) for card in every
        }
        self._origins = frozenset(origin for card in every for origin in card.origins)

    def _unshared_salt(self, day: str) -> bytes:
        """For an event so late that the salt of its date is gone everywhere.

        It is never written down, and forgotten when a date begins or ends somewhere.
        """
        return self._unshared.setdefault(day, token_bytes(salts.SALT_BYTES))


@lru_cache(maxsize=8192)
def _day_of_quarter(zone: str, quarter: int) -> str:
    """All offsets in use are multiples of 15 minutes, so a quarter of an hour has one date."""
    return local_day(quarter * _QUARTER_MS, zone).isoformat()


def _live_dates(now_ms: int) -> list[date]:
    """Every date that is today somewhere, from UTC-12 to UTC+14."""
    last = salts.last_date(now_ms)
    first = datetime.fromtimestamp((now_ms + _FIRST_ZONE_AHEAD_MS + _LEAD_MS) / 1000, UTC).date()
    return [last + timedelta(days=n) for n in range((first - last).days + 1)]
