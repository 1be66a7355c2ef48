"""The figures of local days once more, slow and obvious, to compare the real ones with.

Definition by definition as in `schema/metrics.py` and the contract: no frames, no SQL. Events are
dictionaries with the columns of `events`, `at` in milliseconds.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from schema.days import hours_of_day, local_day
from schema.metrics import RECIPE
from schema.targets import CONTACT_NAMES

Event = Mapping[str, Any]
Row = dict[str, Any]
CardDay = tuple[str, date]

HALF_AN_HOUR_MS = 30 * 60 * 1000
ATTRIBUTES = (
    *("source", "medium", "item", "referrer", "language"),
    *("country", "region", "city", "device", "browser", "os"),
)
COUNTS = (
    *("views", "visitors", "visits", "bounces"),
    *("clicks", "click_visits", "contact_clicks", "contact_visits"),
)


def reference_tables(events: Iterable[Event], zones: Mapping[str, str]) -> dict[str, list[Row]]:
    """The rows of each table of closed days, in no particular order."""
    by_day: dict[CardDay, list[Event]] = defaultdict(list)
    for event in events:
        by_day[event["card"], local_day(event["at"], zones[event["card"]])].append(event)
    tables: dict[str, list[Row]] = {
        "visits": [],
        "card_hours": [],
        "card_days": [],
        "card_dims": [],
    }
    for (card, day), of_day in by_day.items():
        cell = {"card": card, "day": day}
        human = [event for event in of_day if event["class"] == "human"]
        visits = visits_of(human)
        clock = hours_of_day(day, zones[card])
        rows = {
            "visits": [_visit(visit, clock) for visit in visits],
            "card_hours": _hours(visits, clock),
            "card_days": [_day(visits, clock, len(of_day) - len(human))],
            "card_dims": _dims(visits),
        }
        for table, made in rows.items():
            tables[table] += [cell | row | {"recipe": RECIPE} for row in made]
    return tables


def visits_of(human: Iterable[Event]) -> list[list[Event]]:
    """The events of each visit of one card and day, in order."""
    by_visitor: dict[int, list[Event]] = defaultdict(list)
    for event in sorted(human, key=lambda each: (each["at"], each["page"], each["seq"])):
        by_visitor[event["visitor"]].append(event)
    visits: list[list[Event]] = []
    for steps in by_visitor.values():
        previous_ms = None
        for event in steps:
            if previous_ms is None or event["at"] - previous_ms > HALF_AN_HOUR_MS:
                visits.append([])
            visits[-1].append(event)
            previous_ms = event["at"]
    return visits


def engaged_s(visit: Sequence[Event]) -> int:
    pages: dict[str, int] = {}
    for event in visit:
        if event["name"] == "engage":
            longest_ms = max(pages.get(event["page"], 0), event["ms"])
            pages[event["page"]] = min(longest_ms, HALF_AN_HOUR_MS)
    return sum(pages.values()) // 1000


def _visit(visit: Sequence[Event], clock: Sequence[tuple[int, int]]) -> Row:
    first = visit[0]
    counts = _counts([visit])
    return {
        "start": first["at"],
        "hour": _hour_of(first["at"], clock)[1],
        "visitor": first["visitor"],
        "views": counts["views"],
        "clicks": counts["clicks"],
        "contact_clicks": counts["contact_clicks"],
        "targets": dict(_targets([visit])),
        "bounce": counts["bounces"],
        "engaged_s": engaged_s(visit),
        **{name: first[name] for name in ATTRIBUTES},
    }


def _hours(visits: Sequence[Sequence[Event]], clock: Sequence[tuple[int, int]]) -> list[Row]:
    rows = []
    for start_ms, hour in clock:

        def here(event: Event, start_ms: int = start_ms) -> bool:
            return _hour_of(event["at"], clock)[0] == start_ms

        steps = [event for visit in visits for event in visit if here(event)]
        started = _counts([visit for visit in visits if here(visit[0])])
        seen = _counts([steps])
        row = {
            "start": start_ms,
            "hour": hour,
            "views": seen["views"],
            "visitors": started["visitors"],
            "visits": started["visits"],
            "clicks": seen["clicks"],
            "contact_clicks": seen["contact_clicks"],
        }
        if row["views"] or row["visits"] or row["clicks"]:
            rows.append(row)
    return rows


def _day(
    visits: Sequence[Sequence[Event]], clock: Sequence[tuple[int, int]], automatic: int
) -> Row:
    views_ms = [event["at"] for visit in visits for event in visit if event["name"] == "view"]
    return {
        **_counts(visits),
        "engaged": dict(Counter(engaged_s(visit) for visit in visits)),
        "starts": dict(Counter(_hour_of(visit[0]["at"], clock)[1] for visit in visits)),
        "automatic": automatic,
        "last_view_at": max(views_ms, default=0),
    }


def _dims(visits: Sequence[Sequence[Event]]) -> list[Row]:
    rows: list[Row] = []
    grouped: dict[tuple[str, str], list[Sequence[Event]]] = defaultdict(list)
    for visit in visits:
        for by in ATTRIBUTES:
            grouped[by, _key(visit[0], by)].append(visit)
    rows += [{"by": by, "key": key, **_counts(alike)} for (by, key), alike in grouped.items()]
    for target, clicks in _targets(visits).items():
        with_it = [visit for visit in visits if target in _targets([visit])]
        contact = target in CONTACT_NAMES
        rows.append(
            {"by": "target", "key": target, "views": 0}
            | {"visitors": len({visit[0]["visitor"] for visit in with_it})}
            | {"visits": len(with_it), "bounces": 0, "clicks": clicks}
            | {"contact_clicks": clicks if contact else 0}
            | {"contact_visits": len(with_it) if contact else 0}
        )
    return rows


def _counts(visits: Sequence[Sequence[Event]]) -> dict[str, int]:
    figures = dict.fromkeys(COUNTS, 0)
    for visit in visits:
        views = sum(event["name"] == "view" for event in visit)
        clicks = [event["target"] for event in visit if event["name"] == "click"]
        contact_clicks = sum(target in CONTACT_NAMES for target in clicks)
        figures["views"] += views
        figures["visits"] += 1
        figures["bounces"] += views <= 1 and not clicks and engaged_s(visit) < 10
        figures["clicks"] += len(clicks)
        figures["click_visits"] += bool(clicks)
        figures["contact_clicks"] += contact_clicks
        figures["contact_visits"] += contact_clicks > 0
    figures["visitors"] = len({event["visitor"] for visit in visits for event in visit})
    return figures


def _targets(visits: Iterable[Sequence[Event]]) -> Counter[str]:
    return Counter(
        event["target"] for visit in visits for event in visit if event["name"] == "click"
    )


def _key(first: Event, by: str) -> str:
    parts = {"region": ("country", "region"), "city": ("country", "region", "city")}
    return "|".join(first[name] for name in parts.get(by, (by,)))


def _hour_of(at_ms: int, clock: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return max(hour for hour in clock if hour[0] <= at_ms)
