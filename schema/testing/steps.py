"""Events as figures take them: a test names what it is about, the rest is one visitor's view."""

from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)

_FIRST = {
    **{"card": "card", "page": "page", "seq": 0, "ms": 0, "visitor": 1, "name": "view"},
    **{"target": "", "class": "human", "source": "direct", "medium": "inconnu", "item": ""},
    **{"referrer": "", "language": "fr-FR", "country": "FR", "region": "Bretagne"},
    **{"city": "Brest", "device": "mobile", "browser": "Firefox", "os": "Android"},
}

Step = dict[str, Any]


def view(minutes: float = 0, /, **given: Any) -> Step:
    return _FIRST | {"at": NOON + timedelta(minutes=minutes)} | given


def click(minutes: float = 0, /, *, target: str = "phone", **given: Any) -> Step:
    return view(minutes, name="click", target=target, **given)


def engage(minutes: float = 0, /, *, ms: int, **given: Any) -> Step:
    return view(minutes, name="engage", ms=ms, **given)


def utc(iso: str) -> datetime:
    return datetime.fromisoformat(iso).replace(tzinfo=UTC)
