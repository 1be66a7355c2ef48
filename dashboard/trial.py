"""A trial visit: the owner opens the card once to see that the tag works, and it counts nowhere.

The way to the card carries a signed code that is good for this trial alone. The collector marks
such a visit as the owner's, so it never is in a figure, and it is told from every other visit.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from collector.addresses import with_params
from schema.directory import secrets
from schema.directory.cards import Card
from schema.directory.database import Directory
from schema.ids import new_item_code
from schema.items import TRIAL, sign
from schema.store import EventStore
from schema.targets import TARGETS

_CODE = re.compile(f"{TRIAL}[A-Za-z0-9]{{8}}")
_MEDIUM = "link"
_BACK_MS = 3_600_000
"""The time of an event is corrected by its browser's clock, so it may lie a little back."""

_ARRIVED = """
SELECT toString(name), toString(target), min(at), any(toString(browser)), any(toString(os))
FROM events
WHERE card = {card:String} AND item = {item:String}
  AND at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
GROUP BY name, target
"""


@dataclass(frozen=True, slots=True)
class Arrived:
    at: datetime
    browser: str
    os: str
    buttons: tuple[str, ...]
    """Labels of the buttons that were tried."""


def new_code() -> str:
    return TRIAL + new_item_code()


def is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


def way(directory: Directory, card: Card, code: str, now_ms: int) -> str:
    """The card's address that makes a visit this trial."""
    key = secrets.shared(directory, secrets.ITEM_KEY, now_ms)
    return with_params(
        card.url, src=_MEDIUM, item=sign(key, card=card.id, code=code, medium=_MEDIUM)
    )


def arrived(store: EventStore, card: Card, code: str, now_ms: int) -> Arrived | None:
    params = {"card": card.id, "item": code, "since_ms": now_ms - _BACK_MS}
    rows = list(store.rows(_ARRIVED, params))
    views = [row for row in rows if row[0] == "view"]
    if not views:
        return None
    _, _, at, browser, os = views[0]
    tapped = {target for name, target, *_ in rows if name == "click"}
    return Arrived(at, browser, os, tuple(t.label for t in TARGETS if t.name in tapped))
