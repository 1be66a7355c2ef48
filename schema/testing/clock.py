"""A clock that stands still until a test moves it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class FixedClock:
    now_ms: int

    @classmethod
    def at(cls, iso: str) -> "FixedClock":
        """`FixedClock.at("2026-11-20T18:30:00+01:00")`"""
        return cls(int(datetime.fromisoformat(iso).timestamp() * 1000))

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, *, days: int = 0, hours: int = 0, seconds: float = 0) -> None:
        self.now_ms += int(((days * 24 + hours) * 3600 + seconds) * 1000)
