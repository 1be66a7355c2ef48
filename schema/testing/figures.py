"""The figures of local days once more, slow and obvious, to compare the real ones with."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from schema.targets import CONTACT_NAMES

CardDay = tuple[str, date]


def reference_days(
    events: Iterable[Mapping[str, Any]], zones: Mapping[str, str]
) -> dict[CardDay, dict[str, Any]]:
    """Per card and local day: views, clicks, contact_clicks, automatic, last_view_ms (0: none)."""
    days: dict[CardDay, dict[str, Any]] = {}
    for event in events:
        key = (event["card"], _local_day(event["at"], zones[event["card"]]))
        what = _counted_as(event)
        if what is None:
            continue
        figures = days.setdefault(
            key,
            {"views": 0, "clicks": 0, "contact_clicks": 0, "automatic": 0, "last_view_ms": 0},
        )
        figures[what] += 1
        if what == "clicks" and event["target"] in CONTACT_NAMES:
            figures["contact_clicks"] += 1
        if what == "views":
            figures["last_view_ms"] = max(figures["last_view_ms"], event["at"])
    return days


def reference_targets(
    events: Iterable[Mapping[str, Any]], zones: Mapping[str, str]
) -> Counter[tuple[str, date, str]]:
    """Per card, local day and target: clicks."""
    return Counter(
        (event["card"], _local_day(event["at"], zones[event["card"]]), event["target"])
        for event in events
        if _counted_as(event) == "clicks"
    )


def _counted_as(event: Mapping[str, Any]) -> str | None:
    if event["class"] != "human":
        return "automatic"
    return {"view": "views", "click": "clicks"}.get(event["name"])


def _local_day(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date()
