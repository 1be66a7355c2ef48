"""Visits one by one and what they count, as the definitions say it: slow, plain, no frames, no SQL.

What the dashboard answers is compared with this. Events are dictionaries with the columns of
`events`, `at` with its zone.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schema.targets import CONTACT_NAMES

Event = Mapping[str, Any]
Visit = dict[str, Any]
HALF_AN_HOUR = timedelta(minutes=30)


def visits_of(events: Iterable[Event], zone: ZoneInfo) -> list[Visit]:
    """The visits of one card's people, each with its day, its events and what they say."""
    people: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
    for event in events:
        if event["class"] == "human":
            day = event["at"].astimezone(zone).date()
            people[event["card"], day, event["visitor"]].append(event)
    visits: list[Visit] = []
    for (card, day, visitor), theirs in people.items():
        theirs.sort(key=lambda e: (e["at"], e["page"], e["seq"]))
        for before, event in zip([None, *theirs], theirs, strict=False):
            if before is None or event["at"] - before["at"] > HALF_AN_HOUR:
                visits.append({"card": card, "day": day, "visitor": visitor, "events": []})
            visits[-1]["events"].append(event)
    return [visit | _described(visit["events"]) for visit in visits]


def _described(events: Sequence[Event]) -> Visit:
    first = events[0]
    engaged: dict[str, int] = defaultdict(int)
    for event in events:
        if event["name"] == "engage":
            engaged[event["page"]] = max(engaged[event["page"]], min(event["ms"], 1_800_000))
    clicks = [event["target"] for event in events if event["name"] == "click"]
    views = sum(event["name"] == "view" for event in events)
    seconds = sum(engaged.values()) // 1000
    return {
        "at": first["at"],
        "views": views,
        "clicks": clicks,
        "contacts": [target for target in clicks if target in CONTACT_NAMES],
        "engaged": seconds,
        "bounce": views <= 1 and not clicks and seconds < 10,
        "keys": _keys(first),
    }


def _keys(first: Event) -> dict[str, str]:
    alike = ("source", "medium", "item", "referrer", "device", "browser", "os")
    return {name: first[name] for name in alike} | {
        "language": first["lang"],
        "country": first["country"],
        "region": f"{first['country']}|{first['region']}",
        "city": f"{first['country']}|{first['region']}|{first['city']}",
    }


def fits(visit: Visit, filters: Iterable[tuple[str, str]]) -> bool:
    return all(
        value in visit["clicks"] if name == "target" else visit["keys"][name] == value
        for name, value in filters
    )


def measured(visits: Collection[Visit]) -> dict[str, int]:
    return {
        "views": sum(visit["views"] for visit in visits),
        "visitors": len({(visit["card"], visit["day"], visit["visitor"]) for visit in visits}),
        "visits": len(visits),
        "clicks": sum(len(visit["clicks"]) for visit in visits),
        "contact_clicks": sum(len(visit["contacts"]) for visit in visits),
    }


def by_key(visits: Collection[Visit], by: str) -> dict[str, Counter[str]]:
    """What the visits of each key count."""
    if by == "target":
        return _by_target(visits)
    return {
        key: Counter(measured([visit for visit in visits if visit["keys"][by] == key]))
        for key in {visit["keys"][by] for visit in visits}
    }


def _by_target(visits: Collection[Visit]) -> dict[str, Counter[str]]:
    found = {}
    for target in {target for visit in visits for target in visit["clicks"]}:
        clicked = [visit for visit in visits if target in visit["clicks"]]
        on_it = sum(visit["clicks"].count(target) for visit in clicked)
        contacts = on_it if target in CONTACT_NAMES else 0
        more = {"views": 0, "clicks": on_it, "contact_clicks": contacts}
        found[target] = Counter(measured(clicked) | more)
    return found


def without_small(
    rows: Mapping[str, Counter[str]], least: int, others: str
) -> dict[str, Counter[str]]:
    """Small places are joined, from the smallest on, until what is joined is not small either."""
    known = sorted(
        (key for key in rows if key and not key.endswith("|")),
        key=lambda key: (rows[key]["visitors"], key),
    )
    joined: list[str] = []
    together: Counter[str] = Counter()
    for key in known:
        if rows[key]["visitors"] >= least and (not joined or together["visitors"] >= least):
            break
        joined.append(key)
        together.update(rows[key])
    kept = {key: counts for key, counts in rows.items() if key not in joined}
    return kept | ({others: together} if joined else {})


def by_time(
    visits: Iterable[Visit], zones: Mapping[str, ZoneInfo], named: Callable[[datetime], str]
) -> dict[str, Counter[str]]:
    """Views and clicks at their own time, visits and visitors where the visit began."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    begun: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for visit in visits:
        zone = zones[visit["card"]]
        start = visit["at"].astimezone(zone)
        found[named(start)]["visits"] += 1
        hour = start.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        begun[named(start)].add((visit["card"], hour, visit["visitor"]))
        for event in visit["events"]:
            own = found[named(event["at"].astimezone(zone))]
            own["views"] += event["name"] == "view"
            own["clicks"] += event["name"] == "click"
            own["contact_clicks"] += event["target"] in CONTACT_NAMES
    for time, people in begun.items():
        found[time]["visitors"] = len(people)
    return {time: counts for time, counts in found.items() if sum(counts.values())}
